using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Formats;

namespace PhiGateway.Sinks.Syslog;

/// <summary>Sends events to a syslog receiver over one TCP connection, with TLS or without.</summary>
/// <remarks>
/// Syslog acknowledges nothing: what a receiver has not read when it dies is lost to it, and the feed sends the last of it again.
/// </remarks>
internal sealed class SyslogSink(SinkOptions options, IEventFormat format, TlsTrust trust, SinkConnect connect) : ISink
{
    private readonly Uri _address = new(options.Address!);
    private Socket? _socket;
    private Stream? _stream;
    private Task? _watch;

    /// <inheritdoc />
    public bool Acknowledges => false;

    /// <inheritdoc />
    public void Check()
    {
        if (_watch is { IsCompleted: true })
        {
            throw new SinkException("The receiver has closed the connection.");
        }
    }

    /// <inheritdoc />
    public async Task SendAsync(IReadOnlyList<SinkEvent> events, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Timeout);
        try
        {
            if (_stream is null)
            {
                _stream = await OpenAsync(patience.Token);
                _watch = WatchAsync(_stream);
            }

            using var buffer = new MemoryStream();
            foreach (var one in events)
            {
                buffer.Write(Rfc5424.Frame(one, format.Write(one)));
            }

            await _stream.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), patience.Token);
            await _stream.FlushAsync(patience.Token);
            Check();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SinkException("The receiver did not take the messages in time.");
        }
        catch (AuthenticationException fault)
        {
            throw new SinkException("The receiver's certificate is not trusted, or it does not trust this node's.", fault);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            throw new SinkException("The receiver cannot be reached, or has broken the connection.", fault);
        }
    }

    /// <inheritdoc />
    public async ValueTask BreakAsync()
    {
        if (_stream is { } stream)
        {
            _stream = null;
            try
            {
                await stream.DisposeAsync();
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                // It was broken already.
            }
        }

        _socket?.Dispose();
        _socket = null;
        if (_watch is { } watch)
        {
            _watch = null;
            await watch;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => BreakAsync();

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var port = _address.Port > 0 ? _address.Port : 6514;
        _socket = await connect(new DnsEndPoint(_address.IdnHost, port), cancellationToken);
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        var plain = new NetworkStream(_socket, ownsSocket: false);
        if (_address.Scheme != "tls")
        {
            return plain;
        }

        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        await secure.AuthenticateAsClientAsync(trust.Client(_address.IdnHost), cancellationToken);
        return secure;
    }

    // A receiver has nothing to say but that it ends, which only somebody who reads hears.
    private static async Task WatchAsync(Stream stream)
    {
        var buffer = new byte[256];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
                // Whatever it was, it was not asked for.
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException)
        {
            // An end too.
        }
    }
}
