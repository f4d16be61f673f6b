using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Cms;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Tests.Timestamp;
using ECopy.Signing.Tests.Trust.Revocation;
using ECopy.Signing.Timestamp;
using ECopy.Signing.Trust.Revocation;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Pades;

/// <summary>Small copies at every level, each made through the one entry of its level.</summary>
internal static class LastingCopies
{
    public static readonly DateTimeOffset PersonTime = TestPki.Now.AddSeconds(2);
    public static readonly DateTimeOffset SealTime = TestPki.Now.AddSeconds(4);
    public static readonly DateTimeOffset DocumentTime = TestPki.Now.AddSeconds(9);
    private static readonly TestPki Pki = TestPki.Instance;

    /// <summary>B-T twice.</summary>
    public static async Task<byte[]> TimestampedAsync(TestKey person = TestKey.P256, TestKey agency = TestKey.P256, bool streams = false, string? algorithm = null)
    {
        var signed = await SignAsync(Copies.Blank(streams), SignatureRole.Person, Pki.Person(person), PersonTime, algorithm);
        return await SignAsync(signed, SignatureRole.Seal, Pki.Agency(agency), SealTime);
    }

    public static async Task<byte[]> SignAsync(byte[] document, SignatureRole role, TestIdentity signer, DateTimeOffset at, string? algorithm = null, bool visible = true)
    {
        var room = SignatureTimestamp.RoomFor(TimestampToken.Read(await Tsa.TokenAsync([1])));
        var plan = Copies.Plan(role, signer, algorithm) with { ReserveForTimestamp = room };
        var prepared = PadesPreparation.Prepare(document, visible ? plan : plan with { Appearance = null });
        var cms = PadesAssembly.BuildCms(prepared, await Copies.ValueAsync(prepared, signer));
        var token = await TokenAsync(SignatureTimestamp.Digest(cms, HashAlgorithmName.SHA256), at);
        return PadesAssembly.Embed(prepared, SignatureTimestamp.Attach(prepared, cms, token));
    }

    /// <summary>B-LT: chains of signers and timestamp authority, an answer for each end certificate, a list for the issuing authority.</summary>
    public static async Task<byte[]> StoredAsync(byte[] document, ValidationMaterial? material = null) =>
        SecurityStore.Append(document, material ?? await MaterialAsync(document)).ToArray();

    public static async Task<ValidationMaterial> MaterialAsync(byte[] document)
    {
        var certificates = Certificates(document);
        var sources = new List<RevocationSource>();
        foreach (var certificate in certificates)
        {
            var issuer = certificate.IssuerName.RawData.AsSpan().SequenceEqual(Pki.Root.Certificate.SubjectName.RawData) ? Pki.Root : Pki.Issuing;
            if (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)) continue;
            var isEnd = issuer == Pki.Issuing;
            var request = OcspRequest.Create(certificate, issuer.Certificate, HashAlgorithmName.SHA1);
            var evidence = isEnd
                ? RevocationEvidence.Read([await Authority.AnswerAsync(request.Encode(), Authority.Responder, at: SealTime)], [])
                : RevocationEvidence.Read([], [await Authority.ListAsync([], issuer, SealTime)]);
            sources.Add(Assert.IsType<RevocationVerdict.Good>(evidence.Judge(certificate, issuer.Certificate, new RevocationTerms(PersonTime, DocumentTime))).Source);
        }

        return ValidationMaterial.Of(certificates, sources);
    }

    /// <summary>B-LTA, or a renewal of it.</summary>
    public static async Task<byte[]> PreservedAsync(byte[] document, DateTimeOffset? at = null, TestIdentity? authority = null)
    {
        var room = SignatureTimestamp.RoomFor(await TokenAsync(SHA256.HashData([1]), DocumentTime, authority));
        var prepared = DocumentTimestamp.Prepare(document, HashAlgorithmName.SHA256, room);
        return DocumentTimestamp.Embed(prepared, await TokenAsync(prepared.Digest, at ?? DocumentTime, authority));
    }

    public static async Task<byte[]> LastingAsync(TestKey person = TestKey.P256, TestKey agency = TestKey.P256, bool streams = false, string? algorithm = null) =>
        await PreservedAsync(await StoredAsync(await TimestampedAsync(person, agency, streams, algorithm)));

    public static async Task<TimestampToken> TokenAsync(ReadOnlyMemory<byte> digest, DateTimeOffset at, TestIdentity? authority = null)
    {
        using var key = (authority ?? Tsa.Identity(TestKey.P256)).SigningKey();
        var content = Tsa.Content([], at) with { Imprint = MessageImprint.Of(HashAlgorithmName.SHA256, digest) };
        return TimestampToken.Read((await TimestampAuthority.IssueAsync(key, content, withCertificates: true, CancellationToken.None))!);
    }

    public static IReadOnlyList<X509Certificate2> Certificates(byte[] document)
    {
        var all = new List<X509Certificate2>();
        foreach (var field in AcroForm.Read(PdfDocument.Open(document).Latest).SignatureFields.Where(field => field.Signature is not null))
        {
            var cms = CmsSignedData.Read(field.Signature!.Contents!.Value);
            all.AddRange(cms.Certificates);
            if (SignatureTimestamp.Find(cms.Signers[0], out _) is { } token) all.AddRange(TimestampToken.Read(token).Cms.Certificates);
        }

        return [.. all.DistinctBy(certificate => certificate.Thumbprint)];
    }
}
