using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;

namespace ECopy.Functions.Verify;

/// <summary>Asks those who speak for an issuer, as the settings name them.</summary>
internal sealed class AskedRevocation(IRevocationTransport transport, TimeProvider clock) : IRevocationSource
{
    private readonly RevocationClient client = new(transport, clock);

    public async Task<RevocationEvidence> AskAsync(RevocationQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        // The path was built and judged where the question comes from.
        var look = await client.LookAsync(new CertificatePath(PathStatus.Valid, [question.Certificate, question.Issuer], ""), at: null, cancellationToken);
        return RevocationEvidence.Read(Of(look, RevocationSourceKind.Ocsp), Of(look, RevocationSourceKind.RevocationList));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Of(RevocationLook look, RevocationSourceKind kind) => look.Sources.Where(source => source.Kind == kind).Select(source => source.Encoded);
}
