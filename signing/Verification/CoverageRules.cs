using System.Buffers;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification;

/// <summary>What the bytes covered by a signature must be (ISO 32000-2, 12.8.1; EN 319 142-1, 6.3).</summary>
internal static class CoverageRules
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789ABCDEF"u8);

    public static readonly IReadOnlyList<Rule<SignatureSubject>> All =
    [
        new("dictionary-indirect", subject => subject.Value.Reference is null || subject.Field.Dictionary["V"] is null
            ? "the signature is not an object of its own under its field" : null),
        new("repeated-keys", subject => subject.Value.RepeatedKeys.Count > 0 || subject.Field.Dictionary.RepeatedKeys.Count > 0
            ? "the signature or its field names a key twice" : null),
        new("contents-gap", Gap),
        new("contents-form", ContentsForm),
        new("revision-end", subject => subject.Covered is null ? "the covered bytes do not end where a revision of the file ends" : null),
        new("dictionary-outside", Inside),
        new("dictionary-changed", Unchanged),
    ];

    private static string? Gap(SignatureSubject subject) =>
        subject.Value is { ContentsSpan: { } contents, ByteRange: { } range } && contents == range.Gap
            ? null : "what the signature leaves uncovered is not exactly its own contents";

    // Uncovered bytes are held to the one form that we write: upper-case hex digits without white space.
    private static string? ContentsForm(SignatureSubject subject)
    {
        var gap = subject.Value.ByteRange!.Gap;
        var token = subject.Document.File.Span[(int)gap.Start..(int)gap.End];
        return token is [(byte)'<', .. var digits, (byte)'>'] && digits.Length % 2 == 0 && !digits.ContainsAnyExcept(HexDigits)
            ? null : "the contents are not written the way copies are written";
    }

    private static string? Inside(SignatureSubject subject)
    {
        var range = subject.Value.ByteRange!;
        return subject.Value is { Span: { } span, ByteRangeSpan: { } numbers }
            && span.Start >= subject.Covered!.Start && span.End <= range.End
            && span.Contains(range.Gap) && span.Contains(numbers)
            && (numbers.End <= range.Gap.Start || numbers.Start >= range.Gap.End)
            ? null : "the signature dictionary does not lie within the bytes that it covers";
    }

    private static string? Unchanged(SignatureSubject subject)
    {
        var covered = subject.Covered!;
        foreach (var revision in subject.Document.Revisions.Skip(covered.Index))
        {
            var there = SignatureOf(revision, subject.Field.Name);
            if (!Equals(there, subject.Value.Reference) || revision.DefinedIn(subject.Value.Reference!)?.Index != covered.Index)
                return "the signature is not the same in every revision since it was made";
        }

        return null;
    }

    private static PdfReference? SignatureOf(PdfRevision revision, string field) =>
        AcroForm.Read(revision).Find(field)?.Signature?.Reference;
}
