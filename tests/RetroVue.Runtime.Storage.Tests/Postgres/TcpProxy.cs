using System.Net;
using System.Net.Sockets;

namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>A network between a client and a server's Unix socket, which can be slow, silent or cut.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<Socket> _sockets = [];
    private readonly string _target;
    private readonly Task _accepting;
    private TaskCompletionSource _flows = new();

    public TcpProxy(string target)
    {
        _target = target;
        _flows.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port to connect to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How long each piece of data takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Lets nothing through any more, without a word to either side, until <see cref="Resume"/>.</summary>
    public void Silence() => _flows = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets data through again.</summary>
    public void Resume() => _flows.TrySetResult();

    /// <summary>Cuts all connections.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Resume();
        _listener.Dispose();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptSocketAsync(_end.Token);
                client.NoDelay = true;
                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                lock (_sockets)
                {
                    _sockets.AddRange([client, server]);
                }

                await server.ConnectAsync(new UnixDomainSocketEndPoint(_target), _end.Token);
                _ = CopyAsync(client, server);
                _ = CopyAsync(server, client);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The server is away, or the test has ended.
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (await from.ReceiveAsync(buffer, _end.Token) is > 0 and int count)
            {
                await _flows.Task.WaitAsync(_end.Token);
                await Task.Delay(Delay, _end.Token);
                for (int sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _end.Token);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has ended, and so does the other.
        }

        from.Dispose();
        to.Dispose();
    }
}
