using System.Net.Sockets;

namespace ECopy.Functions.Web;

/// <summary>
/// The Unix socket by which the command line reaches the process that owns the data folder. The folder is for its owner
/// only (0700), so is the socket (0600): whoever can connect could read the store anyway.
/// </summary>
internal static class LocalSocket
{
    public static readonly Uri Address = new("http://ecopy.local/");

    /// <summary>A socket's path holds 107 bytes (unix(7)).</summary>
    private const int LongestPath = 107;

    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, ECopyHost.SocketName);

    /// <summary>False for a folder so deep that no socket fits into it.</summary>
    public static bool Fits(string dataFolder) => System.Text.Encoding.UTF8.GetByteCount(PathIn(dataFolder)) <= LongestPath;

    /// <summary>Removes what a killed owner left; only for the holder of the folder's lock.</summary>
    public static void Clear(string dataFolder) => File.Delete(PathIn(dataFolder));

    public static void Restrict(string dataFolder) => File.SetUnixFileMode(PathIn(dataFolder), UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>A client that speaks HTTP over the socket, whatever address is asked for.</summary>
    public static HttpClient Connect(string dataFolder) => new(HandlerTo(dataFolder)) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };

    public static SocketsHttpHandler HandlerTo(string dataFolder) => new()
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(PathIn(dataFolder)), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
