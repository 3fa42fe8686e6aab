using System.Net;
using System.Net.Sockets;
using System.Text;
using RetroVue.Media.Blocking;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>The far end of a connection, in the test's own hands.</summary>
internal static class Receiver
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    /// <summary>A socket that listens for one sender on this machine.</summary>
    public static (Socket Socket, int Port) Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(1);
        return (socket, ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    /// <summary>A socket that takes datagrams; with room for all of a test's, for nobody waits for it.</summary>
    public static (Socket Socket, int Port) TakeDatagrams()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (socket, ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    /// <summary>A port that nobody has now.</summary>
    public static int FreePort()
    {
        (Socket socket, int port) = Listen();
        socket.Dispose();
        return port;
    }

    /// <summary>All that one sender sends until it closes.</summary>
    public static async Task<byte[]> TakeAllAsync(Socket listener)
    {
        using Socket connection = await listener.AcceptAsync();
        var all = new MemoryStream();
        await new NetworkStream(connection).CopyToAsync(all);
        return all.ToArray();
    }

    /// <summary>
    /// The request's head, and its body as it is on the wire. The server asks who it is (RFC 7617) where it is told to, and goes on with one
    /// that asks first (RFC 9110, 10.1.1).
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

    /// <summary>The datagrams that have come.</summary>
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

    /// <summary>What a task brings that must not take long.</summary>
    public static async Task<T> Soon<T>(Task<T> task)
    {
        await Watchdog.WithinAsync(task, s_limit);
        return await task;
    }
}
