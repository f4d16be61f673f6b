using System.Net;
using System.Text.Json;
using ECopy.Functions.Domain;
using ECopy.Signing.Keys;

namespace ECopy.Functions.RemoteSigning;

/// <summary>The configured signing services: what each order gives, whatever becomes of the line.</summary>
internal sealed class RemoteServices(IReadOnlyList<RemoteService> services, TimeProvider? clock = null) : IDisposable
{
    private readonly RemoteDoor door = new(clock ?? TimeProvider.System);

    public IReadOnlyList<RemoteService> All => services;

    public static RemoteServices From(IConfiguration settings) => new(RemoteService.Of(settings));

    /// <summary>The service that is named, or the only one: <c>remote-signing-none</c>, <c>remote-signing-needed</c>, <c>remote-signing-not-configured</c>.</summary>
    public Result<RemoteService> Find(string? name)
    {
        if (services.Count == 0) return new Rejection("remote-signing-none");
        if (string.IsNullOrWhiteSpace(name)) return services is [var only] ? only : new Rejection("remote-signing-needed");
        return services.FirstOrDefault(service => service.Name == name) is { } named ? named : new Rejection("remote-signing-not-configured", "service", name);
    }

    /// <summary>What the service offers. Rejects <c>remote-signing-…</c>.</summary>
    /// <param name="userId">Whose credentials; null where the service knows by the client.</param>
    public Task<Result<IReadOnlyList<RemoteCredential>>> ListAsync(RemoteService service, string? userId, CancellationToken cancellationToken) => ReadAsync(
        service,
        RemoteMessages.List,
        RemoteMessages.Body(("userID", userId), ("credentialInfo", true), ("certificates", "chain"), ("authInfo", true)),
        RemoteMessages.Credentials,
        cancellationToken);

    /// <summary>One credential as it is now. Rejects <c>remote-signing-…</c>.</summary>
    public Task<Result<RemoteCredential>> ReadAsync(RemoteService service, string credential, CancellationToken cancellationToken) => ReadAsync(
        service,
        RemoteMessages.Info,
        RemoteMessages.Body(("credentialID", credential), ("certificates", "chain"), ("authInfo", true)),
        answer => RemoteMessages.Credential(answer, credential),
        cancellationToken);

    /// <summary>Asks the holder, once: what comes back unknown may be on the holder's phone.</summary>
    /// <param name="description">What the holder is shown.</param>
    /// <param name="reference">Ours, for the service's own records.</param>
    public Task<RemoteReply> AuthorizeAsync(
        RemoteService service, string credential, SignatureAlgorithm algorithm, IReadOnlyList<byte[]> digests, string description, string reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digests);
        return OrderAsync(
            service,
            RemoteMessages.Authorize,
            RemoteMessages.Body(
                ("credentialID", credential),
                ("numSignatures", digests.Count),
                ("hashes", digests),
                ("hashAlgorithmOID", RemoteMessages.HashOid(algorithm)),
                ("description", description),
                ("clientData", reference)),
            RemoteMessages.Authorization,
            cancellationToken);
    }

    /// <summary>Whether the holder has confirmed.</summary>
    public Task<RemoteReply> CheckAsync(RemoteService service, string handle, CancellationToken cancellationToken) =>
        OrderAsync(service, RemoteMessages.Check, RemoteMessages.Body(("handle", handle)), RemoteMessages.Authorization, cancellationToken);

    /// <summary>Signs what was authorised, all at once.</summary>
    public Task<RemoteReply> SignAsync(
        RemoteService service, RemoteCredential credential, SignatureAlgorithm algorithm, string activation, IReadOnlyList<byte[]> digests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credential);
        ArgumentNullException.ThrowIfNull(digests);
        if (RemoteMessages.NameOf(algorithm, credential.Algorithms) is not { } name) return Task.FromResult<RemoteReply>(new RemoteReply.Refused("signing-key-failed", "remote-signing-algorithm"));
        return OrderAsync(
            service,
            RemoteMessages.SignHash,
            RemoteMessages.Body(
                ("credentialID", credential.Id),
                ("SAD", activation),
                ("hashes", digests),
                ("hashAlgorithmOID", name.NamesHash ? null : RemoteMessages.HashOid(algorithm)),
                ("signAlgo", name.Oid),
                ("signAlgoParams", name.Parameters)),
            answer => RemoteMessages.Signatures(answer, digests.Count),
            cancellationToken);
    }

    public void Dispose() => door.Dispose();

    private async Task<RemoteReply> OrderAsync(RemoteService service, string method, byte[] body, Func<RemoteAnswer, RemoteReply> read, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await door.PostAsync(service, method, body, cancellationToken);
            return answer.Status switch
            {
                HttpStatusCode.OK or HttpStatusCode.Accepted => read(answer),
                HttpStatusCode.TooManyRequests => new RemoteReply.NotTaken("HTTP 429", answer.RetryAfter),
                // Something in between may have given up waiting for a service that goes on.
                HttpStatusCode.RequestTimeout => new RemoteReply.Unknown("HTTP 408"),
                _ when (int)answer.Status >= 500 => new RemoteReply.Unknown(FormattableString.Invariant($"HTTP {(int)answer.Status}")),
                _ => RemoteMessages.Refusal(answer, method),
            };
        }
        catch (TransientException never)
        {
            return new RemoteReply.NotTaken(never.Message);
        }
        catch (UnansweredException lost)
        {
            return new RemoteReply.Unknown(lost.Message);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            // Said "done" in words that we do not understand: it may well be done.
            return new RemoteReply.Unknown("the answer could not be read");
        }
    }

    private async Task<Result<T>> ReadAsync<T>(RemoteService service, string method, byte[] body, Func<RemoteAnswer, T> read, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await door.PostAsync(service, method, body, cancellationToken);
            return answer.Status switch
            {
                HttpStatusCode.OK => read(answer),
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new Rejection("remote-signing-denied"),
                HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout => Unreachable(answer),
                _ when (int)answer.Status >= 500 => Unreachable(answer),
                HttpStatusCode.BadRequest or HttpStatusCode.NotFound when method is RemoteMessages.Info => new Rejection("remote-signing-credential-missing"),
                _ => new Rejection("remote-signing-refused", "reason", RemoteMessages.Refusal(answer, method).Reason),
            };
        }
        catch (Exception fault) when (fault is TransientException or UnansweredException)
        {
            return new Rejection("remote-signing-unreachable", "reason", fault.Message);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return new Rejection("remote-signing-answer-wrong", "reason", method);
        }
    }

    private static Rejection Unreachable(RemoteAnswer answer) => new("remote-signing-unreachable", "reason", FormattableString.Invariant($"HTTP {(int)answer.Status}"));

    private static bool IsUnreadable(Exception fault) => fault is JsonException or KeyNotFoundException or FormatException or InvalidOperationException;
}
