using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Signing.Pades;

/// <summary>What a document security store keeps, each piece in its own encoding (EN 319 142-1, 5.4.2.2).</summary>
public sealed record ValidationMaterial(
    IReadOnlyList<ReadOnlyMemory<byte>> Certificates,
    IReadOnlyList<ReadOnlyMemory<byte>> OcspAnswers,
    IReadOnlyList<ReadOnlyMemory<byte>> RevocationLists)
{
    public static readonly ValidationMaterial Empty = new([], [], []);

    public bool IsEmpty => Certificates.Count + OcspAnswers.Count + RevocationLists.Count == 0;

    /// <summary>The certificates of some paths, the sources of some verdicts, and the certificates of the responders among them.</summary>
    public static ValidationMaterial Of(IEnumerable<X509Certificate2> certificates, IEnumerable<RevocationSource> sources)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        ArgumentNullException.ThrowIfNull(sources);
        var used = sources.ToList();
        var answers = used.Where(source => source.Kind == RevocationSourceKind.Ocsp).Select(source => source.Encoded).ToList();
        var responders = answers.SelectMany(answer => OcspResponse.Read(answer).Basic?.Certificates ?? []);
        return new ValidationMaterial(
            Distinct(certificates.Concat(responders).Select(certificate => new ReadOnlyMemory<byte>(certificate.RawData))),
            Distinct(answers),
            Distinct(used.Where(source => source.Kind == RevocationSourceKind.RevocationList).Select(source => source.Encoded)));
    }

    internal static List<ReadOnlyMemory<byte>> Distinct(IEnumerable<ReadOnlyMemory<byte>> pieces) =>
        [.. pieces.DistinctBy(piece => Convert.ToHexString(SHA256.HashData(piece.Span)))];
}
