using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Storage;

namespace ECopy.Functions.Register;

/// <param name="Sha256">Of the content, as the register names it.</param>
/// <param name="Name">What it is saved as: its verification code.</param>
internal sealed record IssuedFile(ReadOnlyMemory<byte> Content, string Sha256, string Name);

/// <summary>The file of a registered copy, for whoever may have it: only with an issued entry that names these very bytes.</summary>
internal sealed class IssuedFiles(CertificationRegister register, PublishedCopies published, IBlobStore store)
{
    /// <summary>The file, or <c>copy-not-issued</c>.</summary>
    /// <exception cref="IntegrityException">Request, register and file do not agree: nothing is served.</exception>
    public async Task<Result<IssuedFile>> ReadAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request is not { Issued: { } issued, Reservation: { Number: { } number } reservation }) return new Rejection("copy-not-issued");
        var entry = await register.FindAsync(request.Agency, RegisterBook.Parse(reservation.Book), number, cancellationToken);
        if (entry is not { State: RegisterState.Issued } || entry.CopyId != request.CopyId || entry.Sha256 != issued.Sha256)
            throw new IntegrityException(BlobPaths.Request(request.Agency, request.CopyId), "differs from the register");
        // The newest version: whoever takes it now has the longest use of it.
        var copy = await published.FindAsync(request.VerificationCode, cancellationToken) ?? throw new IntegrityException(BlobPaths.PublicRecord(request.VerificationCode), "is missing");
        var path = BlobPaths.Copy(request.Agency, request.CopyId, copy.Latest.Version);
        var file = await store.ReadAsync(path, cancellationToken) ?? throw new IntegrityException(path, "is missing");
        if (Convert.ToHexStringLower(SHA256.HashData(file.Content.Span)) != copy.Latest.Sha256) throw new IntegrityException(path, "has other content than was issued");
        return new IssuedFile(file.Content, copy.Latest.Sha256, $"{VerificationCode.Format(request.VerificationCode)}.pdf");
    }
}
