using System.Security.Cryptography;

namespace ECopy.Functions.Office;

/// <summary>A password as it is stored: PBKDF2 with HMAC-SHA-256 (RFC 8018, 5.2) and a salt of its own.</summary>
/// <param name="Iterations">Stored, so that raising <see cref="CurrentIterations"/> leaves older hashes usable.</param>
internal sealed record PasswordHash(int Iterations, byte[] Salt, byte[] Hash)
{
    public const int CurrentIterations = 600_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    public static PasswordHash Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(CurrentIterations, salt, Derive(password, salt, CurrentIterations));
    }

    public bool Matches(string password) => CryptographicOperations.FixedTimeEquals(Derive(password, Salt, Iterations), Hash);

    /// <summary>Takes as long as a real comparison: an unknown name must not answer sooner than a known one.</summary>
    public static void Pretend(string password) => Derive(password, new byte[SaltBytes], CurrentIterations);

    /// <summary>The same letters typed on another keyboard may come composed or decomposed.</summary>
    private static byte[] Derive(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password.Normalize(), salt, iterations, HashAlgorithmName.SHA256, HashBytes);
}
