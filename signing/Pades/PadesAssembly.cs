using ECopy.Signing.Cms;
using ECopy.Signing.Pdf.Revisions;

namespace ECopy.Signing.Pades;

/// <summary>The last stages of a signature: from the key's value to the CMS, from the CMS to the signed document.</summary>
public static class PadesAssembly
{
    /// <summary>The CMS around a value that the key gave; deterministic.</summary>
    /// <exception cref="SignatureRefusedException"><c>signature-value-wrong</c>: another key, another digest, or damage. Nothing of it may be stored.</exception>
    public static byte[] BuildCms(PreparedSignature prepared, ReadOnlySpan<byte> signatureValue)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        var method = new SignatureMethod(prepared.Algorithm.Scheme, prepared.Algorithm.Hash, prepared.Algorithm.Hash, prepared.Algorithm.HashLength);
        using var key = VerificationKey.Of(prepared.Chain.Signer);
        if (key?.Verify(method, prepared.SignedAttributesDigest.Span, signatureValue) != true)
            throw new SignatureRefusedException("signature-value-wrong", "The key's answer does not verify under its certificate.");
        return CmsSignature.Build(prepared.SignedAttributes.Span, signatureValue, prepared.Algorithm, prepared.Chain, []);
    }

    /// <summary>The signed document.</summary>
    /// <exception cref="SignatureRefusedException"><c>cms-mismatch</c>, <c>contents-overflow</c>.</exception>
    /// <exception cref="CmsFormatException">The CMS cannot be read.</exception>
    public static byte[] Embed(PreparedSignature prepared, ReadOnlyMemory<byte> cms)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        // What was stored may be put together wrongly; a document that does not verify is never made.
        var signer = CmsSignedData.Read(cms).Signers is [var only] ? only : null;
        var digest = prepared.Range.Digest(prepared.Document, prepared.Algorithm.Hash);
        if (signer?.SignedAttributesEncoded is not { } attributes
            || !attributes.Span.SequenceEqual(prepared.SignedAttributes.Span)
            || signer.Verify(digest, prepared.Chain.Signer) != CmsVerdict.Passed)
            throw new SignatureRefusedException("cms-mismatch", "The CMS does not belong to this document.");
        try
        {
            return SignatureRevision.Embed(prepared.Document, prepared.Range, cms.Span);
        }
        catch (PdfUpdateException refused)
        {
            throw new SignatureRefusedException(refused.Code, refused.Message, refused);
        }
    }
}
