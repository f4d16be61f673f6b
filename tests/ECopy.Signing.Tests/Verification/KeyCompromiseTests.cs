using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Tests.Timestamp;
using ECopy.Signing.Tests.Trust.Revocation;
using ECopy.Signing.Trust.Revocation;
using ECopy.Signing.Verification;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Verification;

/// <summary>Keys revoked before and after a copy was made, with and without proof of when; one day later, with that day's lists.</summary>
public class KeyCompromiseTests
{
    private static readonly TestPki Pki = TestPki.Instance;
    private static readonly DateTimeOffset Before = TestPki.Now.AddDays(-1);
    private static readonly DateTimeOffset Between = LastingCopies.SealTime.AddSeconds(-1);
    private static readonly DateTimeOffset After = TestPki.Now.AddHours(1);
    private static readonly DateTimeOffset At = TestPki.Now.AddDays(1);

    [Theory]
    [InlineData("bare", "nobody", "", Indication.TotalPassed, SubIndication.None, "passed")]
    [InlineData("bare", "agency", "before", Indication.Indeterminate, SubIndication.RevokedNoPoe, "certificate-revoked")]
    [InlineData("bare", "agency", "after", Indication.Indeterminate, SubIndication.RevokedNoPoe, "certificate-revoked")]
    [InlineData("stamped", "nobody", "", Indication.TotalPassed, SubIndication.None, "passed")]
    [InlineData("stamped", "agency", "after", Indication.TotalPassed, SubIndication.None, "passed")]
    [InlineData("stamped", "person", "after", Indication.TotalPassed, SubIndication.None, "passed")]
    // The timestamp is later than the revocation: nothing shows when the key was used.
    [InlineData("stamped", "agency", "between", Indication.Indeterminate, SubIndication.RevokedNoPoe, "certificate-revoked")]
    [InlineData("stamped", "person", "before", Indication.Indeterminate, SubIndication.RevokedNoPoe, "certificate-revoked")]
    // The seal covers the person's timestamp, so the key was used after that, and after the revocation.
    [InlineData("stamped", "agency", "before", Indication.TotalFailed, SubIndication.Revoked, "certificate-revoked")]
    [InlineData("stamped", "agency", "in doubt before", Indication.TotalFailed, SubIndication.Revoked, "certificate-revoked")]
    [InlineData("stamped", "timestamps", "after", Indication.Indeterminate, SubIndication.RevokedNoPoe, "timestamp-revoked")]
    [InlineData("stamped", "issuing", "after", Indication.Indeterminate, SubIndication.RevokedCaNoPoe, "timestamp-issuer-revoked")]
    // Another authority took over before the first one's key was in doubt.
    [InlineData("preserved", "timestamps", "after", Indication.TotalPassed, SubIndication.None, "passed")]
    [InlineData("preserved", "agency", "after", Indication.TotalPassed, SubIndication.None, "passed")]
    [InlineData("preserved", "second", "after", Indication.Indeterminate, SubIndication.RevokedNoPoe, "timestamp-revoked")]
    [InlineData("preserved", "timestamps", "before", Indication.Indeterminate, SubIndication.RevokedNoPoe, "timestamp-revoked")]
    public async Task Proof_of_time_decides(string level, string who, string when, Indication indication, SubIndication subIndication, string code)
    {
        var since = when switch { "before" => Before, "between" => Between, _ => After };
        var second = Tsa.Identity(TestKey.P384);
        var revoked = who switch
        {
            "agency" => Pki.Agency(TestKey.P256),
            "person" => Pki.Person(TestKey.P256),
            "timestamps" => Tsa.Identity(TestKey.P256),
            "second" => second,
            "issuing" => Pki.Issuing,
            _ => null,
        };
        RevokedCertificate[] entries = revoked is null ? [] : [Authority.Revoked(revoked.Certificate, since, inDoubt: when == "in doubt before" ? Before : null)];
        var byIssuing = await Authority.ListAsync(who == "issuing" ? [] : entries, at: At);
        var byRoot = await Authority.ListAsync(who == "issuing" ? entries : [], Pki.Root, At);
        var copy = level switch
        {
            "bare" => await Copies.SealedAsync(),
            "stamped" => await LastingCopies.TimestampedAsync(),
            _ => await LastingCopies.PreservedAsync(await LastingCopies.StoredAsync(await LastingCopies.TimestampedAsync()), authority: second),
        };
        var report = SignedFileCheck.Check(copy, Pki.Anchors, At, RevocationEvidence.Read([], [byIssuing, byRoot]));
        Assert.Equal((indication, subIndication, code), (report.Finding.Indication, report.Finding.SubIndication, report.Finding.Code));
        Assert.Equal(IntegrityWord.Valid, report.Finding.Word);
        if (report.Finding.IsPassed)
            Assert.All(report.Signatures, one => Assert.Equal((RevocationState.Good, 2), (one.Revocation, one.Standings.Count)));
        if (code == "certificate-revoked") Assert.Equal(RevocationState.Revoked, report.Signatures[who == "person" ? 0 : 1].Revocation);

        // The judge of any signed file says the same of it.
        var any = SignatureValidation.Validate(copy, new ValidationPolicy(Pki.Anchors, At, RevocationEvidence.Read([], [byIssuing, byRoot])), CancellationToken.None);
        Assert.Equal((IntegrityWord.Valid, indication, subIndication), (any.Finding.Word, any.Finding.Indication, any.Finding.SubIndication));
        // Where its issuer is revoked, it says so of the signer too and not of the timestamp alone.
        if (who != "issuing") Assert.Equal(report.Signatures.Select(one => one.Revocation == RevocationState.Revoked), any.Signatures.Select(one => one.Revocation == RevocationState.Revoked));
    }

    [Fact]
    public async Task What_could_not_be_checked_is_neither_passed_nor_called_revoked()
    {
        var bare = SignedFileCheck.Check(await Copies.SealedAsync(), Pki.Anchors, At, RevocationEvidence.None);
        Assert.Equal((Indication.Indeterminate, SubIndication.TryLater, "certificate-revocation-unknown"), (bare.Finding.Indication, bare.Finding.SubIndication, bare.Finding.Code));
        Assert.All(bare.Signatures, one => Assert.Equal(RevocationState.CouldNotCheck, one.Revocation));

        // What the document keeps speaks for the signatures, and not for its own last timestamp of a day ago.
        var lasting = await LastingCopies.LastingAsync();
        var alone = SignedFileCheck.Check(lasting, Pki.Anchors, At, RevocationEvidence.None);
        Assert.Equal((SubIndication.TryLater, "timestamp-revocation-unknown"), (alone.Finding.SubIndication, alone.Finding.Code));
        Assert.Equal(Finding.Passed, SignedFileCheck.Check(lasting, Pki.Anchors, LastingCopies.DocumentTime, RevocationEvidence.None).Finding);
        // Not asked, revocation decides nothing and is said to be unchecked.
        Assert.All(SignedFileCheck.Check(lasting, Pki.Anchors, At).Signatures, one => Assert.Equal(RevocationState.NotChecked, one.Revocation));
    }
}
