using ECopy.Functions.Demo;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Register;
using ECopy.Functions.Storage;
using ECopy.Functions.Verify;
using ECopy.Functions.Workflow;
using ECopy.Signing.Trust.Revocation;
using ECopy.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PadesLevel = ECopy.Functions.Domain.PadesLevel;

namespace ECopy.Functions.Tests.Workflow;

/// <summary>The levels of EN 319 142-1 through the real flow, and authorities that are slow, silent, wrong or say no.</summary>
public sealed class LevelTests
{
    [Theory]
    [InlineData(PadesLevel.BaselineB)]
    [InlineData(PadesLevel.BaselineT)]
    [InlineData(PadesLevel.BaselineLT)]
    [InlineData(PadesLevel.BaselineLTA)]
    internal async Task A_copy_is_of_the_agencys_level(PadesLevel level)
    {
        await using var office = await TestOffice.OpenAsync();
        await SetLevelAsync(office, level);
        var request = await office.CertifyAsync();
        var file = (await office.Store.ReadAsync(request.Issued!.Path, default))!.Content;
        var verdict = await office.Get<VerifyCopy>().ByFileAsync(file, default);
        Assert.Equal((VerdictKind.Unchanged, SignaturesVerdict.Passed), (verdict.Kind, verdict.Signatures));
        Assert.All(verdict.Report!.Signatures, signature => Assert.Equal((int)level, (int)signature.Level));
        Assert.Equal(level >= PadesLevel.BaselineLT, verdict.IsRevocationChecked);
        Assert.Equal(level is PadesLevel.BaselineLTA ? 1 : 0, verdict.Report.Timestamps.Count);
        Assert.Equal(AuditVerdict.Clean, (await office.AuditAsync()).Verdict);

        using var folder = new TestFolder();
        var path = folder.Write("copy.pdf", file.Span);
        Assert.True(CopyTools.Qpdf(path).ExitCode == 0);
        var pdfsig = CopyTools.Pdfsig(path).Output;
        Assert.Equal(2, Count(pdfsig, "Signature is Valid."));
        // It reads no document timestamps.
        Assert.Equal(level is PadesLevel.BaselineLTA ? 1 : 0, Count(pdfsig, "has not yet been verified"));
        Assert.DoesNotContain("digest", CopyTools.MutoolSign(path).Output, StringComparison.OrdinalIgnoreCase);
        var root = Assert.Single(await office.Get<OfficeDirectory>().StoredTrustAnchorsAsync(default)).Certificate;
        foreach (var signature in CopyTools.Signatures(file.ToArray()).Take(2))
        {
            var openssl = CopyTools.OpensslVerify(signature, root, office.Clock.GetUtcNow());
            Assert.True(openssl.ExitCode == 0, openssl.Error);
        }
    }

    /// <summary>The lines of signing/README.md, as they stand there.</summary>
    [Fact]
    public async Task A_stranger_checks_a_copy_with_openssl_alone()
    {
        await using var office = await TestOffice.OpenAsync();
        var request = await office.CertifyAsync();
        var readme = await File.ReadAllTextAsync(Path.Combine(SourceFolder.Root, "signing", "README.md"));
        var script = readme.Split("```sh\n")[1].Split("```")[0];
        using var folder = new TestFolder();
        folder.Write("copy.pdf", (await office.Store.ReadAsync(request.Issued!.Path, default))!.Content.Span);
        var root = (await office.Get<OfficeDirectory>().TrustAnchorsAsync(default)).Anchors[0].Certificate;
        folder.Write("root.pem", System.Text.Encoding.ASCII.GetBytes(root.ExportCertificatePem()));
        var answer = OutsideTool.Run("bash", "-ec", $"cd '{folder.Path}'\n{script}");
        Assert.True(answer.ExitCode == 0, answer.All);
        Assert.Equal(2, Count(answer.All, "CAdES Verification successful"));
        Assert.Contains("Verification: OK", answer.All, StringComparison.Ordinal);
        Assert.True(File.ReadAllBytes(folder["signed.1"]).AsSpan().SequenceEqual(File.ReadAllBytes(folder["official.bin"])));

        // And one changed letter does not pass.
        var changed = File.ReadAllBytes(folder["copy.pdf"]);
        changed[1000] ^= 1;
        folder.Write("copy.pdf", changed);
        Assert.NotEqual(0, OutsideTool.Run("bash", "-ec", $"cd '{folder.Path}'\n{script}").ExitCode);
    }

    [Theory]
    [InlineData(AuthorityMood.Silent, "timestamp-unavailable")]
    [InlineData(AuthorityMood.Refusing, "timestamp-refused")]
    [InlineData(AuthorityMood.Wrong, "timestamp-unusable")]
    internal async Task An_authority_that_gives_no_timestamp_is_waited_for_and_seen(AuthorityMood mood, string code)
    {
        var trust = new TrustSwitch();
        await using var office = await TestOffice.OpenAsync(change: trust.In);
        // The first one tells how much room a token needs: the next waits behind the key.
        await office.CertifyAsync();
        trust.Timestamps = mood;
        var copyId = await ApprovedAsync(office);
        await Until.TrueAsync(async () => (await office.Get<ProgressReader>().FindAsync(TestOffice.Agency, copyId, default))?.Waiting == code);
        Assert.Null((await office.Requests.FindAsync(TestOffice.Agency, copyId, default))!.Issued);
        trust.Timestamps = AuthorityMood.Well;
        var request = await office.WhenStateAsync(copyId, CopyState.Registered);
        await RequireLastingAsync(office, request);
        Assert.Equal([RegisterState.Issued, RegisterState.Issued], (await office.BookAsync()).Select(entry => entry.State));
    }

    [Fact]
    public async Task Revocation_that_cannot_be_asked_is_waited_for_at_a_level_that_promises_it_and_not_below()
    {
        var trust = new TrustSwitch { Revocation = AuthorityMood.Silent };
        await using var office = await TestOffice.OpenAsync(change: trust.In);
        await SetLevelAsync(office, PadesLevel.BaselineT);
        await office.CertifyAsync();
        await SetLevelAsync(office, PadesLevel.BaselineLTA);
        var copyId = await ApprovedAsync(office);
        await Until.TrueAsync(async () => (await office.Get<ProgressReader>().FindAsync(TestOffice.Agency, copyId, default))?.Waiting == "revocation-unavailable");
        trust.Revocation = AuthorityMood.Well;
        await RequireLastingAsync(office, await office.WhenStateAsync(copyId, CopyState.Registered));
    }

    [Fact]
    public async Task Nobody_signs_with_a_revoked_certificate()
    {
        await using var office = await TestOffice.OpenAsync();
        await SetLevelAsync(office, PadesLevel.BaselineB);
        await RevokeAsync(office, await PersonCertificateAsync(office), office.Clock.GetUtcNow().AddMinutes(-1));
        var copyId = await ApprovedAsync(office);
        var request = await office.WhenAsync(copyId, one => one is { State: CopyState.WaitingForReview, Failure: not null });
        Assert.Equal("certificate-revoked", request.Failure!.Code);
        Assert.Equal(RegisterState.Void, Assert.Single(await office.BookAsync()).State);
        Assert.Empty(await office.PathsAsync(BlobPaths.Copies));
    }

    /// <summary>Between signature and preservation: what was signed before counts, by its timestamp; what was signed after does not.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_certificate_revoked_while_the_seal_was_waited_for(bool beforeSigning)
    {
        await using var office = await TestOffice.OpenAsync();
        await office.SealByHandAsync();
        var copyId = await ApprovedAsync(office);
        await office.WhenStateAsync(copyId, CopyState.WaitingForSeal);
        await RevokeAsync(office, await PersonCertificateAsync(office), office.Clock.GetUtcNow() + (beforeSigning ? TimeSpan.FromHours(-1) : TimeSpan.FromSeconds(2)));
        await office.Workflow.ReleaseSealAsync(new Functions.Sign.SealOrder(TestOffice.Agency, copyId, "vanthu.ha"), default);
        if (!beforeSigning)
        {
            await RequireLastingAsync(office, await office.WhenStateAsync(copyId, CopyState.Registered));
            return;
        }

        var request = await office.WhenAsync(copyId, one => one.Failure is not null);
        Assert.Equal("certificate-revoked", request.Failure!.Code);
        Assert.Equal(RegisterState.Void, Assert.Single(await office.BookAsync()).State);
    }

    [Fact]
    public async Task A_timestamp_of_another_day_than_the_statements_costs_the_number()
    {
        var trust = new TrustSwitch();
        var clock = new ShiftedTime(new DateTimeOffset(2026, 11, 24, 16, 30, 0, TimeSpan.Zero));
        await using var office = await TestOffice.OpenAsync(clock, trust.In);
        await office.CertifyAsync();
        // Midnight in Vietnam passes while the authority thinks.
        trust.BeforeTimestamp = () =>
        {
            trust.BeforeTimestamp = null;
            clock.Move(TimeSpan.FromHours(2));
        };
        var copyId = await ApprovedAsync(office);
        var request = await office.WhenStateAsync(copyId, CopyState.Registered);
        var book = await office.BookAsync();
        Assert.Equal([RegisterState.Issued, RegisterState.Void, RegisterState.Issued], book.Select(entry => entry.State));
        Assert.Equal((3, new DateOnly(2026, 11, 25)), (request.Reservation!.Number, request.Reservation.Date));
        await RequireLastingAsync(office, request);
    }

    [Fact]
    public async Task An_agency_that_changes_its_level_changes_it_for_the_next_number()
    {
        await using var office = await TestOffice.OpenAsync();
        await office.SealByHandAsync();
        var copyId = await ApprovedAsync(office);
        await office.WhenStateAsync(copyId, CopyState.WaitingForSeal);
        await SetLevelAsync(office, PadesLevel.BaselineB);
        await office.Workflow.ReleaseSealAsync(new Functions.Sign.SealOrder(TestOffice.Agency, copyId, "vanthu.ha"), default);
        await RequireLastingAsync(office, await office.WhenStateAsync(copyId, CopyState.Registered));
    }

    [Fact]
    public async Task Without_an_authority_a_level_that_needs_one_waits_and_says_what_to_set()
    {
        await using var office = await TestOffice.OpenAsync(change: services => services.RemoveAll<Signing.Timestamp.ITimestampTransport>());
        var copyId = await ApprovedAsync(office);
        await Until.TrueAsync(async () => (await office.Get<ProgressReader>().FindAsync(TestOffice.Agency, copyId, default))?.Waiting == "timestamp-authority-missing");
    }

    internal static Task SetLevelAsync(TestOffice office, PadesLevel level) => office.ChangeAsync<Agency>(
        BlobPaths.Agency(TestOffice.Agency), agency => agency with { Policies = agency.Policies with { Level = level } });

    private static async Task<string> ApprovedAsync(TestOffice office)
    {
        var copyId = (await office.SubmitAsync()).Value.CopyId;
        await office.WhenStateAsync(copyId, CopyState.WaitingForReview);
        Assert.Null((await office.DecideAsync(copyId)).Rejection);
        return copyId;
    }

    private static async Task RequireLastingAsync(TestOffice office, CopyRequest request)
    {
        var file = (await office.Store.ReadAsync(request.Issued!.Path, default))!.Content;
        var verdict = await office.Get<VerifyCopy>().ByFileAsync(file, default);
        Assert.Equal((VerdictKind.Unchanged, SignaturesVerdict.Passed), (verdict.Kind, verdict.Signatures));
        Assert.All(verdict.Report!.Signatures, signature => Assert.Equal(Signing.Verification.PadesLevel.BLTA, signature.Level));
    }

    private static async Task<string> PersonCertificateAsync(TestOffice office)
    {
        var directory = office.Get<OfficeDirectory>();
        var person = await directory.PersonAsync(TestOffice.Agency, DemoOffice.Attestor, default);
        var stored = await directory.FindCertificateAsync(TestOffice.Agency, person.Certificate!, default);
        using var certificate = OfficeDirectory.CertificateOf("", stored!.Chain[0]);
        return Convert.ToHexString(certificate.SerialNumberBytes.Span);
    }

    private static async Task RevokeAsync(TestOffice office, string serial, DateTimeOffset since)
    {
        var folder = FileBlobStore.OpenShared(Path.Combine(office.DataPath, "authority"));
        await folder.CreateJsonAsync(DemoRevocations.FileName, new DemoRevocations(1, [new DemoRevocation(serial, since, RevocationReason.KeyCompromise)]), default);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
