using ECopy.Functions.Office;
using ECopy.Functions.Storage;
using ECopy.Functions.Tests.Workflow;
using ECopy.Functions.Verify;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using ECopy.TestKit;
using PadesLevel = ECopy.Functions.Domain.PadesLevel;

namespace ECopy.Functions.Tests.Verify;

/// <summary>The judge of any signed file on copies of the real flow: what they keep, and what is asked for.</summary>
public sealed class FileValidationTests
{
    [Fact]
    public async Task What_a_copy_does_not_keep_is_asked_for_where_asking_is_allowed()
    {
        await using var office = await TestOffice.OpenAsync();
        await LevelTests.SetLevelAsync(office, PadesLevel.BaselineB);
        var file = await IssuedAsync(office);

        var offline = await RunAsync(office, file, null);
        Assert.Equal((Indication.Indeterminate, SubIndication.TryLater), (offline.Finding.Indication, offline.Finding.SubIndication));
        Assert.NotEmpty(offline.Questions);

        var source = new Counting(new AskedRevocation(office.Get<IRevocationTransport>(), office.Clock));
        var online = await RunAsync(office, file, source);
        Assert.Equal(Finding.Passed, online.Finding);
        Assert.All(online.Signatures, one => Assert.Equal(RevocationState.Good, one.Revocation));
        // Each once: signer, seal, and the authority that issued both.
        Assert.Equal(offline.Questions.Count, source.Asked);
    }

    [Fact]
    public async Task A_lasting_copy_says_all_by_itself()
    {
        await using var office = await TestOffice.OpenAsync();
        var file = await IssuedAsync(office);
        var source = new Counting(new AskedRevocation(office.Get<IRevocationTransport>(), office.Clock));
        var report = await RunAsync(office, file, source);
        Assert.Equal(Finding.Passed, report.Finding);
        Assert.All(report.Signatures, one => Assert.Equal(Signing.Verification.PadesLevel.BLTA, one.Level));
        Assert.Equal(0, source.Asked);
    }

    private static async Task<ReadOnlyMemory<byte>> IssuedAsync(TestOffice office)
    {
        var request = await office.CertifyAsync();
        return (await office.Store.ReadAsync(request.Issued!.Path, default))!.Content;
    }

    private static async Task<SignedFileReport> RunAsync(TestOffice office, ReadOnlyMemory<byte> file, IRevocationSource? source) =>
        await new FileValidation(source).RunAsync(file, await office.Get<OfficeDirectory>().TrustAnchorsAsync(default), office.Clock.GetUtcNow(), default);

    private sealed class Counting(IRevocationSource inner) : IRevocationSource
    {
        public int Asked { get; private set; }

        public Task<RevocationEvidence> AskAsync(RevocationQuestion question, CancellationToken cancellationToken)
        {
            Asked++;
            return inner.AskAsync(question, cancellationToken);
        }
    }
}
