using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;
using ECopy.Signing.Keys;
using ECopy.Signing.Trust;

namespace ECopy.Functions.Office;

/// <summary>Who is to sign with a certificate: the agency, or one person of it.</summary>
internal sealed record CertificateHolder(Agency Agency, Person? Person);

/// <summary>
/// Gives a certificate to its holder, wherever its key lives: the rules are the same. Order: the key is kept, then the
/// certificate, then the holder: no record ever points to a key that was lost.
/// </summary>
internal sealed class GiveCertificate(OfficeWriter writer, OfficeDirectory office, ChangePerson persons, ChangeAgency agencies, StoreTerms terms, TimeProvider clock)
{
    /// <param name="holder">Person id; null: the agency's seal.</param>
    /// <returns>Or <c>agency-unknown</c>, <c>person-unknown</c>, <c>person-has-left</c>.</returns>
    public async Task<Result<CertificateHolder>> FindHolderAsync(string agency, string? holder, CancellationToken cancellationToken)
    {
        if (await office.FindAgencyAsync(agency, cancellationToken) is not { } found) return new Rejection("agency-unknown");
        if (holder is null) return new CertificateHolder(found, null);
        var person = BlobPath.IsSegment(holder) ? await office.FindPersonAsync(agency, holder, cancellationToken) : null;
        if (person is null) return new Rejection("person-unknown");
        return person.Inactive ? new Rejection("person-has-left") : new CertificateHolder(found, person);
    }

    /// <summary>
    /// The certificate with its path to a trusted authority, or the first reason why it may not sign now or not for this holder:
    /// <c>certificate-…</c>.
    /// </summary>
    /// <param name="others">Certificates above it, as far as they came with it.</param>
    public async Task<Result<CertificateChain>> CheckAsync(
        CertificateHolder holder, X509Certificate2 signer, IReadOnlyList<X509Certificate2> others, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(holder);
        ArgumentNullException.ThrowIfNull(signer);
        if (TestMark.Refuse(terms, [signer, .. others]) is { } demo) return demo;
        var now = clock.GetUtcNow();
        var anchors = await office.TrustAnchorsAsync(cancellationToken);
        var chain = new CertificateChain([X509CertificateLoader.LoadCertificate(signer.RawData), .. others]);
        var problems = SignerCertificateCheck.Run(chain, new ExpectedSigner(null, null), anchors, now);
        if (problems is [var first, ..]) return new Rejection(first.Code, "reason", first.Reason);
        var path = ChainBuilder.Find(chain.Signer, chain.Certificates, anchors, now).Certificates;
        if (TestMark.Refuse(terms, path) is { } hidden) return hidden;
        if (!IsOf(signer, holder)) return new Rejection("certificate-of-another", "name", signer.GetNameInfo(X509NameType.SimpleName, false));
        var known = await office.FindCertificateAsync(holder.Agency.Code, KeyRing.Thumbprint(signer.RawData), cancellationToken);
        if (known is not null && known.Holder != holder.Person?.PersonId) return new Rejection("certificate-wrong-holder");
        return new CertificateChain([.. path]);
    }

    /// <summary>Writes the certificate, once, and names it to its holder. <c>certificate-key-elsewhere</c>: where its key lies does not change.</summary>
    public async Task<Result<OfficeCertificate>> RunAsync(
        CertificateHolder holder, CertificateChain chain, string keyLocation, SignatureAlgorithm? algorithm, OfficeActor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(holder);
        ArgumentNullException.ThrowIfNull(chain);
        var agency = holder.Agency.Code;
        var thumbprint = KeyRing.Thumbprint(chain.Signer.RawData);
        var certificate = await office.FindCertificateAsync(agency, thumbprint, cancellationToken);
        if (certificate is null)
        {
            var record = new OfficeCertificate(
                OfficeCertificate.CurrentSchema, agency, thumbprint, holder.Person?.PersonId, [.. chain.Certificates.Select(one => one.RawData)], keyLocation, algorithm?.Id);
            var made = await writer.CreateAsync(
                BlobPaths.Certificate(agency, thumbprint), record, new OfficeAct(actor, agency, "certificate-imported", thumbprint), "certificate-wrong-holder", cancellationToken);
            if (made.IsRejected) return made;
            certificate = made.Value;
        }

        // A key file may have come under another name before; a vault's key is this version and no other, a service's this credential.
        var same = certificate.KeyLocation == keyLocation && certificate.Algorithm == algorithm?.Id;
        if (!same && (KeyRing.IsElsewhere(certificate.KeyLocation) || KeyRing.IsElsewhere(keyLocation))) return new Rejection("certificate-key-elsewhere");
        var given = holder.Person is { } person
            ? (await persons.SetCertificateAsync(agency, person.PersonId, thumbprint, actor, cancellationToken)).Rejection
            : (await agencies.SetSealCertificateAsync(agency, thumbprint, actor, cancellationToken)).Rejection;
        return given is null ? certificate : given;
    }

    /// <summary>Certificates that came beside a signer's: PEM or DER; <c>trust-file-unreadable</c>.</summary>
    public static Result<IReadOnlyList<X509Certificate2>> ReadIssuers(ReadOnlyMemory<byte> file)
    {
        if (file.IsEmpty) return (Result<IReadOnlyList<X509Certificate2>>)new List<X509Certificate2>();
        try
        {
            return (Result<IReadOnlyList<X509Certificate2>>)TrustAnchors.Read(file.Span).Anchors.Select(one => one.Certificate).ToList();
        }
        catch (TrustFormatException)
        {
            return new Rejection("trust-file-unreadable");
        }
    }

    /// <summary>A person's certificate names the person; the seal's names the agency, in whichever part its authority writes it.</summary>
    private static bool IsOf(X509Certificate2 certificate, CertificateHolder holder)
    {
        if (holder.Person is { } person) return Names(certificate.GetNameInfo(X509NameType.SimpleName, false), person.FullName);
        return Names(certificate.SubjectName.Name, holder.Agency.FullName) || Names(certificate.SubjectName.Name, holder.Agency.ShortName);
    }

    /// <summary>Whole words: "Lê An" is not in "Lê Anh".</summary>
    private static bool Names(string text, string name) => $" {OfficeText.Plain(text)} ".Contains($" {OfficeText.Plain(name)} ", StringComparison.Ordinal);
}
