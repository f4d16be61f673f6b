using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace ECopy.Functions.Hub.Extension;

/// <summary>The codes of gRPC that matter here (grpc/doc/statuscodes.md).</summary>
internal enum GrpcStatus
{
    Ok = 0,
    Unknown = 2,
    InvalidArgument = 3,
    NotFound = 5,
    AlreadyExists = 6,
    FailedPrecondition = 9,
    Unimplemented = 12,
    Unavailable = 14,
}

/// <summary>The other side answered with a status that is not OK.</summary>
internal sealed class GrpcCallException(GrpcStatus status, string message) : Exception($"{status}: {message}")
{
    public GrpcStatus Status { get; } = status;
}

/// <summary>
/// One unary gRPC call with HttpClient: HTTP/2 without TLS and without asking first, one length-prefixed message each way, the
/// status in the trailers. A gRPC library does not restore here (see the README's list of packages), and one call needs no more.
/// </summary>
internal static class GrpcCall
{
    private const int PrefixBytes = 5;
    private const string StatusHeader = "grpc-status";
    private static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    /// <exception cref="GrpcCallException">A status that is not OK, or an answer that is no gRPC.</exception>
    /// <exception cref="HttpRequestException">Nobody answered.</exception>
    public static async Task<TResponse> UnaryAsync<TResponse>(
        HttpClient http, Uri method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse>
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(request)) { Headers = { ContentType = ContentType } },
        };
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode is not HttpStatusCode.OK) throw new GrpcCallException(GrpcStatus.Unavailable, $"HTTP {(int)answer.StatusCode}");
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        // In the headers when there is no message at all.
        Require(answer.TrailingHeaders.Contains(StatusHeader) ? answer.TrailingHeaders : answer.Headers);
        return Message(body, parser);
    }

    private static byte[] Frame(IMessage request)
    {
        var frame = new byte[PrefixBytes + request.CalculateSize()];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)(frame.Length - PrefixBytes));
        request.WriteTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    private static TResponse Message<TResponse>(byte[] body, MessageParser<TResponse> parser)
        where TResponse : IMessage<TResponse>
    {
        if (body.Length < PrefixBytes || body[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) != body.Length - PrefixBytes)
            throw new GrpcCallException(GrpcStatus.Unknown, "the answer is not one plain message");
        try
        {
            return parser.ParseFrom(body, PrefixBytes, body.Length - PrefixBytes);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new GrpcCallException(GrpcStatus.Unknown, "the answer cannot be read");
        }
    }

    private static void Require(HttpResponseHeaders trailers)
    {
        if (!trailers.TryGetValues(StatusHeader, out var values) || !int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            throw new GrpcCallException(GrpcStatus.Unknown, "the answer has no status");
        if (status == (int)GrpcStatus.Ok) return;
        var text = trailers.TryGetValues("grpc-message", out var messages) ? Uri.UnescapeDataString(messages.First()) : "";
        throw new GrpcCallException((GrpcStatus)status, text);
    }
}
