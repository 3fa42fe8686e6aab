using System.Net;
using System.Net.Sockets;
using System.Text;
using RetroVue.Media.Blocking;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>The receiving end of a connection, which the test controls.</summary>
internal static class Receiver
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    /// <summary>Makes a socket that listens for one sender on this machine.</summary>
    public static (Socket Socket, int Port) Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(1);
        return (socket, ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    /// <summary>
    /// Makes a socket for datagrams. Its buffer has room for all datagrams of a test, because a sender of datagrams does not wait.
    /// </summary>
    public static (Socket Socket, int Port) TakeDatagrams()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (socket, ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    /// <summary>Returns a port that is free now.</summary>
    public static int FreePort()
    {
        (Socket socket, int port) = Listen();
        socket.Dispose();
        return port;
    }

    /// <summary>Returns all bytes that one sender sends until it closes the connection.</summary>
    public static async Task<byte[]> TakeAllAsync(Socket listener)
    {
        using Socket connection = await listener.AcceptAsync();
        var all = new MemoryStream();
        await new NetworkStream(connection).CopyToAsync(all);
        return all.ToArray();
    }

    /// <summary>
    /// Returns the head of a request, and its body as it is on the wire. If <paramref name="asksWho"/> is true, the server asks for the
    /// user (RFC 7617). If the sender waits for "100 Continue" (RFC 9110, 10.1.1), the server sends it.
    /// </summary>
    public static async Task<(string Head, byte[] Body)> TakeHttpAsync(Socket listener, bool asksWho)
    {
        using Socket connection = await listener.AcceptAsync();
        await using var stream = new NetworkStream(connection);
        string head = ReadHead(stream);
        if (asksWho && !head.Contains("Authorization:", StringComparison.Ordinal))
        {
            await stream.WriteAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"live\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            return await TakeHttpAsync(listener, asksWho);
        }

        if (head.Contains("100-continue", StringComparison.Ordinal))
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        }

        var body = new MemoryStream();
        await stream.CopyToAsync(body);
        return (head, body.ToArray());
    }

    private static string ReadHead(NetworkStream stream)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int next = stream.ReadByte();
            Assert.That(next, Is.GreaterThanOrEqualTo(0), "the request has an end");
            head.Append((char)next);
        }

        return head.ToString();
    }

    /// <summary>Returns the datagrams that have come.</summary>
    public static List<byte[]> TakeWaiting(Socket socket)
    {
        var all = new List<byte[]>();
        byte[] room = new byte[65536];
        while (socket.Available > 0)
        {
            all.Add(room[..socket.Receive(room)]);
        }

        return all;
    }

    /// <summary>Waits for a task that must not take long.</summary>
    public static Task Soon(Task task) => Watchdog.WithinAsync(task, s_limit);

    /// <summary>Returns the result of a task that must not take long.</summary>
    public static async Task<T> Soon<T>(Task<T> task)
    {
        await Watchdog.WithinAsync(task, s_limit);
        return await task;
    }
}
