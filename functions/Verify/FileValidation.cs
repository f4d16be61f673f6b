using ECopy.Signing.Trust;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;

namespace ECopy.Functions.Verify;

/// <summary>
/// Where revocation can be asked for. Only hosts that the operator configured: an address that stands in a file or certificate is
/// never used, since whoever made the file would choose whom we call.
/// </summary>
internal interface IRevocationSource
{
    /// <summary>Answers and lists about this certificate; nothing where no host is configured for its issuer, or none answered.</summary>
    Task<RevocationEvidence> AskAsync(RevocationQuestion question, CancellationToken cancellationToken);
}

/// <summary>Validates any signed file; with a source, what is unknown of revocation is asked for.</summary>
/// <param name="online">Null where nothing may be asked.</param>
internal sealed class FileValidation(IRevocationSource? online)
{
    // Each answer can open one more question (a timestamp that now passes makes earlier ones count).
    private const int MostRounds = 4;

    /// <summary>Reading is bounded by counting; this bounds the signatures and paths of one hostile file.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    public async Task<SignedFileReport> RunAsync(ReadOnlyMemory<byte> file, TrustAnchors anchors, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var evidence = RevocationEvidence.None;
        var asked = new HashSet<(string, string)>();
        for (var round = 1; ; round++)
        {
            var report = Validate(file, new ValidationPolicy(anchors, at, evidence), cancellationToken);
            var open = report.Questions.Where(question => asked.Add((question.Certificate.Thumbprint, question.Issuer.Thumbprint))).ToList();
            if (online is null || open.Count == 0 || round == MostRounds) return report;
            foreach (var question in open) evidence = evidence.And(await online.AskAsync(question, cancellationToken));
        }
    }

    private static SignedFileReport Validate(ReadOnlyMemory<byte> file, ValidationPolicy policy, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        var report = SignatureValidation.Validate(file, policy, limit.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return report;
    }
}
