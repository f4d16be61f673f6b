using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Signing.Keys;
using ECopy.Signing.Trust;

namespace ECopy.Functions.Office;

/// <param name="Holder">Person id; null: the agency's seal.</param>
/// <param name="Certificate">PEM or DER, without a key.</param>
/// <param name="Issuers">Certificates above it: PEM or DER.</param>
internal sealed record OutsideCertificate(string Agency, string? Holder, ReadOnlyMemory<byte> Certificate, ReadOnlyMemory<byte> Issuers = default);

/// <summary>
/// Gives a certificate to its holder whose key only the holder can use, such as one on a USB token: files go out and come back signed.
/// The same rules as for any other; that the holder has the key shows with the first file that comes back.
/// </summary>
internal sealed class TakeOutsideCertificate(GiveCertificate give)
{
    /// <summary>Rejects <c>certificate-file-unreadable</c>, <c>signing-key-unusable</c> (reason), <c>certificate-…</c>, <c>person-unknown</c>, <c>agency-unknown</c>.</summary>
    public async Task<Result<OfficeCertificate>> RunAsync(OutsideCertificate order, OfficeActor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var holder = await give.FindHolderAsync(order.Agency, order.Holder, cancellationToken);
        if (holder.IsRejected) return holder.Rejection!;
        var issuers = GiveCertificate.ReadIssuers(order.Issuers);
        if (issuers.IsRejected) return issuers.Rejection!;
        var read = Read(order.Certificate);
        if (read.IsRejected) return read.Rejection!;
        using var signer = read.Value[0];
        var chain = await give.CheckAsync(holder.Value, signer, [.. read.Value.Skip(1), .. issuers.Value], cancellationToken);
        return chain.IsRejected ? chain.Rejection! : await give.RunAsync(holder.Value, chain.Value, KeyRing.Outside, null, actor, cancellationToken);
    }

    private static Result<List<X509Certificate2>> Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length is 0 or > ImportCertificate.MostBytes) return new Rejection("certificate-file-unreadable");
        try
        {
            var all = TrustAnchors.Read(file.Span).Anchors.Select(anchor => anchor.Certificate).ToList();
            // Kind and size of the key are those that copies may be signed with.
            _ = SignatureAlgorithm.DefaultFor(all[0]);
            return all;
        }
        catch (KeyRefusedException refused)
        {
            return new Rejection("signing-key-unusable", new Dictionary<string, string> { ["reason"] = refused.Code, ["kind"] = refused.Code });
        }
        catch (Exception unreadable) when (unreadable is TrustFormatException or CryptographicException or ArgumentOutOfRangeException)
        {
            return new Rejection("certificate-file-unreadable");
        }
    }
}
