using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>Rules 2 and 3 of the policy: which bytes a signature covers (ISO 32000-2, 12.8.1; EN 319 142-1, 6.3).</summary>
internal static class RangeRules
{
    public static readonly IReadOnlyList<Rule<JudgedSignature>> All =
    [
        new("signature-type", signature => signature.Value.Type is { } type && type != (signature.IsTimestamp ? DocumentTimestamp.Type : "Sig")
            ? "the signature dictionary's type is not that of its kind" : null),
        new("signature-filter", signature => signature.Value.Filter is null ? "the signature dictionary names no handler" : null),
        new("repeated-keys", signature => signature.Value.RepeatedKeys.Count > 0 || signature.Field.Dictionary.RepeatedKeys.Count > 0
            ? "the signature or its field names a key twice" : null),
        new("contents-gap", signature => signature.Value is { ContentsSpan: { } contents, ContentsIsHex: true, ByteRange: { } range } && contents == range.Gap
            ? null : "what the signature leaves uncovered is not exactly its own contents"),
        new("revision-end", signature => signature.Covered is null ? "the covered bytes do not end where a revision of the file ends" : null),
        new("dictionary-outside", Inside),
        new("dictionary-changed", Unchanged),
    ];

    private static string? Inside(JudgedSignature signature)
    {
        var range = signature.Value.ByteRange!;
        return signature.Value is { Span: { } span, ByteRangeSpan: { } numbers }
            && span.End <= range.End
            && span.Contains(range.Gap)
            && span.Contains(numbers)
            && (numbers.End <= range.Gap.Start || numbers.Start >= range.Gap.End)
            ? null : "the signature dictionary does not lie within the bytes that it covers";
    }

    private static string? Unchanged(JudgedSignature signature)
    {
        // Already in the covered revision it must be this field's value: else the range of one signature would cover another's file.
        foreach (var view in signature.Views.Skip(signature.Covered!.Index))
        {
            if (!view.Signatures.TryGetValue(signature.Field.Name, out var there) || !Equals(there.Reference, signature.Value.Reference) || there.Span != signature.Value.Span || !ObjectComparison.Same(there.Dictionary, signature.Value.Dictionary))
                return "the signature is not the same in every revision since it was made";
        }

        return null;
    }
}
