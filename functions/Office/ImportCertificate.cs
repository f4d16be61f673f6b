using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Signing.Keys;
using ECopy.Signing.Trust;

namespace ECopy.Functions.Office;

/// <param name="Holder">Person id; null: the agency's seal.</param>
/// <param name="File">PKCS#12.</param>
/// <param name="Issuers">Certificates above it, where the file holds none: PEM or DER.</param>
internal sealed record CertificateImport(string Agency, string? Holder, ReadOnlyMemory<byte> File, string Password, ReadOnlyMemory<byte> Issuers = default);

/// <summary>
/// Takes a signing certificate with its key in and gives it to its holder. Order: key files, certificate, holder: no record
/// ever points to a key that was lost.
/// </summary>
internal sealed class ImportCertificate(
    OfficeWriter writer, OfficeDirectory office, KeyFolder keys, ChangePerson persons, ChangeAgency agencies, StoreTerms terms, TimeProvider clock)
{
    public const int MostBytes = 200_000;

    /// <summary>Rejects <c>signing-key-unusable</c> (reason), <c>certificate-…</c>, <c>person-unknown</c>, <c>agency-unknown</c>.</summary>
    public async Task<Result<OfficeCertificate>> RunAsync(CertificateImport import, OfficeActor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(import);
        if (await office.FindAgencyAsync(import.Agency, cancellationToken) is not { } agency) return new Rejection("agency-unknown");
        Person? person = null;
        if (import.Holder is { } holder)
        {
            person = BlobPath.IsSegment(holder) ? await office.FindPersonAsync(import.Agency, holder, cancellationToken) : null;
            if (person is null) return new Rejection("person-unknown");
            if (person.Inactive) return new Rejection("person-has-left");
        }

        var opened = Open(import);
        if (opened.IsRejected) return opened.Rejection!;
        using var signer = opened.Value.Signer;
        var path = await CheckAsync(opened.Value, cancellationToken);
        if (path.IsRejected) return path.Rejection!;
        if (!IsOf(signer, agency, person)) return new Rejection("certificate-of-another", "name", signer.GetNameInfo(X509NameType.SimpleName, false));

        var thumbprint = KeyRing.Thumbprint(signer.RawData);
        var known = await office.FindCertificateAsync(import.Agency, thumbprint, cancellationToken);
        if (known is not null && known.Holder != import.Holder) return new Rejection("certificate-wrong-holder");
        var name = thumbprint[..32];
        await keys.AddAsync(name, signer, path.Value.Skip(1), cancellationToken);
        if (known is null)
        {
            var record = new OfficeCertificate(
                OfficeCertificate.CurrentSchema, import.Agency, thumbprint, import.Holder, [.. path.Value.Select(one => one.RawData)], KeyRing.Location(name));
            var made = await writer.CreateAsync(
                BlobPaths.Certificate(import.Agency, thumbprint), record, new OfficeAct(actor, import.Agency, "certificate-imported", thumbprint), "certificate-wrong-holder", cancellationToken);
            if (made.IsRejected) return made;
            known = made.Value;
        }

        var given = person is null
            ? (await agencies.SetSealCertificateAsync(import.Agency, thumbprint, actor, cancellationToken)).Rejection
            : (await persons.SetCertificateAsync(import.Agency, person.PersonId, thumbprint, actor, cancellationToken)).Rejection;
        return given is null ? known : given;
    }

    private static Result<(X509Certificate2 Signer, List<X509Certificate2> Others)> Open(CertificateImport import)
    {
        if (import.File.Length is 0 or > MostBytes || import.Issuers.Length > MostBytes) return Unusable("key-file-unreadable");
        try
        {
            // The same gate as when it will be used: one key, of an allowed kind and size.
            using (var key = Pkcs12SigningKey.Load(import.File.Span, import.Password))
            {
                if (!Works(key)) return Unusable("key-of-another-certificate");
            }

            var all = X509CertificateLoader.LoadPkcs12Collection(import.File.Span, import.Password, X509KeyStorageFlags.EphemeralKeySet | X509KeyStorageFlags.Exportable);
            var others = all.Where(one => !one.HasPrivateKey).ToList();
            if (!import.Issuers.IsEmpty) others.AddRange(TrustAnchors.Read(import.Issuers.Span).Anchors.Select(one => one.Certificate));
            return (all.Single(one => one.HasPrivateKey), others);
        }
        catch (KeyRefusedException refused)
        {
            return Unusable(refused.Code);
        }
        catch (TrustFormatException)
        {
            return new Rejection("trust-file-unreadable");
        }
    }

    /// <summary>The path to a trusted authority, or the first reason why the certificate may not sign now.</summary>
    private async Task<Result<IReadOnlyList<X509Certificate2>>> CheckAsync((X509Certificate2 Signer, List<X509Certificate2> Others) opened, CancellationToken cancellationToken)
    {
        if (TestMark.Refuse(terms, [opened.Signer, .. opened.Others]) is { } demo) return demo;
        var now = clock.GetUtcNow();
        var anchors = await office.TrustAnchorsAsync(cancellationToken);
        var chain = new CertificateChain([X509CertificateLoader.LoadCertificate(opened.Signer.RawData), .. opened.Others]);
        var problems = SignerCertificateCheck.Run(chain, new ExpectedSigner(null, null), anchors, now);
        if (problems is [var first, ..]) return new Rejection(first.Code, "reason", first.Reason);
        var path = ChainBuilder.Find(chain.Signer, chain.Certificates, anchors, now).Certificates;
        return TestMark.Refuse(terms, path) is { } hidden ? hidden : (Result<IReadOnlyList<X509Certificate2>>)path.ToList();
    }

    /// <summary>Signs something of no meaning: a key that does not belong to the certificate shows here, not at the first copy.</summary>
    private static bool Works(Pkcs12SigningKey key)
    {
        var digest = RandomNumberGenerator.GetBytes(key.Algorithm.HashLength);
        var answer = key.SignAsync(new SigningOrder(digest, "import", null), CancellationToken.None);
        if (answer is not { IsCompletedSuccessfully: true, Result: SigningAnswer.Signed signed }) return false;
        using var rsa = key.Chain.Signer.GetRSAPublicKey();
        if (rsa is not null) return rsa.VerifyHash(digest, signed.Value.Span, key.Algorithm.Hash, key.Algorithm.Scheme == SignatureScheme.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        using var ecdsa = key.Chain.Signer.GetECDsaPublicKey();
        return ecdsa is not null && ecdsa.VerifyHash(digest, signed.Value.Span, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>A person's certificate names the person; the seal's names the agency, in whichever part its authority writes it.</summary>
    private static bool IsOf(X509Certificate2 certificate, Agency agency, Person? person)
    {
        if (person is not null) return Names(certificate.GetNameInfo(X509NameType.SimpleName, false), person.FullName);
        return Names(certificate.SubjectName.Name, agency.FullName) || Names(certificate.SubjectName.Name, agency.ShortName);
    }

    /// <summary>Whole words: "Lê An" is not in "Lê Anh".</summary>
    private static bool Names(string text, string name) => $" {OfficeText.Plain(text)} ".Contains($" {OfficeText.Plain(name)} ", StringComparison.Ordinal);

    private static Rejection Unusable(string reason) => new("signing-key-unusable", new Dictionary<string, string> { ["reason"] = reason, ["kind"] = reason });
}
