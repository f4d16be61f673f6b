using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Signing.Trust;

namespace ECopy.Functions.Office;

/// <summary>
/// Takes a root certificate in, with the time in which it is trusted. It holds for the whole store, so only who runs the program
/// does it, never an agency's administrator.
/// </summary>
internal sealed class AddTrustAnchor(OfficeWriter writer, StoreTerms terms)
{
    public const int MostBytes = 100_000;

    /// <param name="from">First moment of trust; null: the certificate's own.</param>
    /// <param name="until">Last moment of trust; null: the certificate's own.</param>
    /// <returns>Or <c>trust-file-unreadable</c>, <c>trust-not-authority</c>, <c>trust-dates-invalid</c>, <c>certificate-of-demo</c>, <c>trust-anchor-exists</c>.</returns>
    public async Task<Result<StoredTrustAnchor>> RunAsync(ReadOnlyMemory<byte> file, DateTimeOffset? from, DateTimeOffset? until, OfficeActor actor, CancellationToken cancellationToken)
    {
        if (file.Length is 0 or > MostBytes) return new Rejection("trust-file-unreadable");
        TrustAnchor anchor;
        try
        {
            if (TrustAnchors.Read(file.Span).Anchors is not [var only]) return new Rejection("trust-file-unreadable");
            anchor = only;
        }
        catch (TrustFormatException)
        {
            return new Rejection("trust-file-unreadable");
        }

        if (!anchor.Certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority)) return new Rejection("trust-not-authority");
        if (TestMark.Refuse(terms, [anchor.Certificate]) is { } demo) return demo;
        anchor = anchor with { From = from ?? anchor.From, Until = until ?? anchor.Until };
        if (anchor.Until <= anchor.From) return new Rejection("trust-dates-invalid");
        var thumbprint = KeyRing.Thumbprint(anchor.Certificate.RawData);
        return await writer.CreateAsync(
            BlobPaths.TrustAnchor(thumbprint),
            new StoredTrustAnchor(StoredTrustAnchor.CurrentSchema, thumbprint, anchor.Certificate.RawData, anchor.From.ToUniversalTime(), anchor.Until.ToUniversalTime()),
            new OfficeAct(actor, OfficeAct.Store, "trust-anchor-added", thumbprint),
            "trust-anchor-exists",
            cancellationToken);
    }
}
