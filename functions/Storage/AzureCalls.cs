using System.Net;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ECopy.Functions.Domain;

namespace ECopy.Functions.Storage;

/// <summary>
/// How the storage service is called: repeated here and nowhere else, so that a conditional write knows whether an earlier attempt
/// of its own may have been stored; each try and the whole call have a limit, so that a service that is down is a transient fault
/// and not a hang.
/// </summary>
internal sealed class AzureCalls(TimeProvider time)
{
    private const int Attempts = 5;
    private static readonly TimeSpan TryLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(60);

    /// <summary>The client itself repeats nothing but broken downloads, which carry on where they broke, held to the same ETag.</summary>
    public static BlobClientOptions ClientOptions()
    {
        var options = new BlobClientOptions();
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = TryLimit;
        return options;
    }

    /// <param name="call">Gets the number of the attempt, from 1.</param>
    /// <exception cref="TransientException">The service failed again and again, refused, or did not answer in time.</exception>
    public async Task<T> RunAsync<T>(string path, Func<int, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        using var limit = new CancellationTokenSource(CallLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call(attempt, either.Token);
            }
            catch (Exception failure) when (Fault(failure, path, cancellationToken) is { } fault)
            {
                if (attempt == Attempts || limit.IsCancellationRequested || !IsWorthRepeating(failure)) throw fault;
            }

            // Doubling from a tenth of a second; a pause cut short by the limit shows at the next attempt.
            await Task.Delay(TimeSpan.FromMilliseconds(100 << (attempt - 1)), time, cancellationToken);
        }
    }

    public static bool IsMissing(RequestFailedException failure) => failure.Status == (int)HttpStatusCode.NotFound;

    public static bool IsConflict(RequestFailedException failure) =>
        failure.Status is (int)HttpStatusCode.PreconditionFailed or (int)HttpStatusCode.Conflict && failure.ErrorCode != BlobErrorCode.ContainerBeingDeleted;

    /// <summary>
    /// Whatever the service or the network does that is not an answer: worth another try, by whoever asked. Refused rights too, since
    /// a role takes minutes to arrive and its absence must not close a request for good.
    /// </summary>
    public static TransientException? Fault(Exception failure, string path, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => null,
        OperationCanceledException => new TransientException($"{path}: the storage service did not answer in time", failure),
        RequestFailedException or AggregateException or IOException or HttpRequestException or AuthenticationFailedException => new TransientException($"{path}: {failure.Message.Split('\n')[0]}", failure),
        _ => null,
    };

    private static bool IsWorthRepeating(Exception failure) => failure is not RequestFailedException answered
        || answered.Status is 0 or (int)HttpStatusCode.NotFound or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests or >= 500
        || answered.ErrorCode == BlobErrorCode.ContainerBeingDeleted;
}
