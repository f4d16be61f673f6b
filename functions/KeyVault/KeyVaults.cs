using System.Net;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Identity;
using ECopy.Functions.Domain;
using ECopy.Signing.Keys;

namespace ECopy.Functions.KeyVault;

/// <summary>
/// The configured Azure Key Vaults. A refusal of the vault is a value; what passes (throttling, a broken line, a busy service) is
/// tried again as the vault asks, and beyond the deadline is a <see cref="TransientException"/> for whoever asked.
/// </summary>
internal sealed class KeyVaults : IDisposable
{
    private readonly KeyVaultOptions options;
    private readonly TimeProvider clock;
    private readonly HttpClient http;
    private readonly Lazy<VaultDoor> door;

    /// <param name="credential">Made when a vault is first asked: a program without vaults looks for no identity.</param>
    public KeyVaults(KeyVaultOptions options, Func<TokenCredential>? credential = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.clock = clock ?? TimeProvider.System;
        // A vault redirects nobody; what follows would carry the digest elsewhere.
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };
        door = new Lazy<VaultDoor>(() => new VaultDoor(http, credential?.Invoke() ?? new DefaultAzureCredential(), this.clock));
    }

    /// <summary>Those that may be asked.</summary>
    public IReadOnlyList<Uri> Vaults => options.Vaults;

    public static KeyVaults From(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new KeyVaults(KeyVaultOptions.Of(settings[KeyVaultOptions.Setting]));
    }

    /// <summary>The vault that is named, or the only one: <c>key-vault-not-configured</c>, <c>key-vault-none</c>, <c>key-vault-needed</c>.</summary>
    public Result<Uri> Find(string? vault)
    {
        if (Vaults.Count == 0) return new Rejection("key-vault-none");
        if (string.IsNullOrWhiteSpace(vault)) return Vaults is [var only] ? only : new Rejection("key-vault-needed");
        return Uri.TryCreate(vault.TrimEnd('/') + "/", UriKind.Absolute, out var named) && Vaults.Contains(named) ? named : new Rejection("key-vault-not-configured", "vault", vault);
    }

    /// <summary>A certificate as it is now, or one version of it. Rejects <c>key-vault-…</c>.</summary>
    public async Task<Result<VaultCertificate>> ReadCertificateAsync(Uri vault, string name, string? version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vault);
        if (!VaultKeyId.IsName(name) || (version is not null && !VaultKeyId.IsName(version))) return new Rejection("key-vault-name-invalid");
        var answer = await AskAsync(vault, HttpMethod.Get, $"certificates/{name}{(version is null ? "" : "/" + version)}?{VaultMessages.Version}", default, cancellationToken);
        return answer.Status is HttpStatusCode.OK ? VaultMessages.Certificate(answer, vault) : VaultMessages.Refusal(answer);
    }

    /// <summary>
    /// The key as it signs; nothing is asked yet. <c>key-vault-not-configured</c>; <see cref="KeyRefusedException"/> for an algorithm
    /// that the vault does not make with such a key.
    /// </summary>
    public Result<ISigningKey> Open(VaultKeyId key, CertificateChain chain, SignatureAlgorithm? algorithm)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(chain);
        if (!Vaults.Contains(key.Vault)) return new Rejection("key-vault-not-configured", "vault", key.Vault.ToString());
        algorithm ??= SignatureAlgorithm.DefaultFor(chain.Signer);
        algorithm.RequireFor(chain.Signer);
        var name = VaultMessages.NameOf(algorithm, BitsOf(chain.Signer)) ?? throw new KeyRefusedException("algorithm-not-allowed", $"An Azure Key Vault does not sign with {algorithm.Id} on this curve.");
        return new VaultSigningKey(this, key, name, chain, algorithm);
    }

    /// <summary>The value over a digest, as the vault gives it. Rejects <c>key-vault-…</c>.</summary>
    public async Task<Result<byte[]>> SignAsync(VaultKeyId key, string algorithm, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var answer = await AskAsync(key.Vault, HttpMethod.Post, $"keys/{key.Name}/{key.Version}/sign?{VaultMessages.Version}", VaultMessages.SignOrder(algorithm, digest.Span), cancellationToken);
        return answer.Status is HttpStatusCode.OK ? VaultMessages.Signature(answer, key) : VaultMessages.Refusal(answer);
    }

    public void Dispose() => http.Dispose();

    private async Task<VaultAnswer> AskAsync(Uri vault, HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            string cause;
            TimeSpan? asked = null;
            Exception? fault = null;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(options.AttemptTime);
            try
            {
                var answer = await door.Value.SendAsync(vault, method, path, body, limit.Token);
                if (!Passes(answer.Status)) return answer;
                cause = FormattableString.Invariant($"HTTP {(int)answer.Status}");
                asked = answer.RetryAfter;
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException)
            {
                (cause, fault) = (broken.Message, broken);
            }
            catch (OperationCanceledException slow) when (!cancellationToken.IsCancellationRequested)
            {
                (cause, fault) = ("no answer in time", slow);
            }
            catch (AuthenticationFailedException nobody)
            {
                // The identity service repeats by itself; a missing identity does not come by waiting here.
                throw new TransientException($"{vault.Host}: no token ({nobody.Message.Split('\n')[0]})", nobody);
            }

            // Spread out, so that those who were throttled together do not come back together.
            var pause = asked ?? options.FirstPause * Math.Pow(2, attempt - 1) * (1 + (Random.Shared.NextDouble() / 4));
            if (clock.GetElapsedTime(began) + pause > options.Deadline) throw new TransientException($"{vault.Host}: {cause}, {attempt} times", fault);
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private static bool Passes(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500;

    private static int BitsOf(X509Certificate2 certificate)
    {
        using var ecdsa = certificate.GetECDsaPublicKey();
        return ecdsa?.KeySize ?? 0;
    }
}
