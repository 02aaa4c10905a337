using System.Net.Sockets;
using System.Text;

namespace PhiGateway.EndToEnd;

/// <summary>A client without opinions: bytes in, what came back out. Text is Latin-1, so that every byte can be written.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private readonly List<byte> _ahead = [];

    private RawConnection(TcpClient tcp)
    {
        _tcp = tcp;
        _stream = tcp.GetStream();
    }

    public static async Task<RawConnection> OpenAsync(Uri origin)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(origin.Host, origin.Port);
        return new RawConnection(tcp);
    }

    /// <summary>Writes bytes as they are; a peer that has closed already is no fault, its answer may still be there.</summary>
    public async Task WriteAsync(string latin1)
    {
        try
        {
            await _stream.WriteAsync(Encoding.Latin1.GetBytes(latin1));
        }
        catch (IOException)
        {
            // Read what it said before.
        }
    }

    /// <summary>The next answer; null when the connection ended without one.</summary>
    /// <param name="toHead">Whether the request was a HEAD, whose answer has no body.</param>
    public async Task<RawReply?> ReadAsync(bool toHead = false)
    {
        if (await LineAsync() is not { } line)
        {
            return null;
        }

        var headers = new List<KeyValuePair<string, string>>();
        while (await LineAsync() is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(header[..colon], header[(colon + 1)..].Trim()));
        }

        var reply = new RawReply(int.Parse(line.Split(' ')[1]), headers, string.Empty);
        if (toHead || reply.Status is < 200 or 204 or 304)
        {
            return reply;
        }

        if (reply.Header("Transfer-Encoding") is not null)
        {
            return reply with { Body = await ChunkedAsync() };
        }

        return reply with
        {
            Body = await TakeAsync(int.Parse(reply.Header("Content-Length") ?? "0")),
        };
    }

    /// <summary>Whether the peer has ended the connection: nothing more comes and nothing did.</summary>
    public async Task<bool> IsClosedAsync() => _ahead.Count == 0 && !await FillAsync();

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
    }

    private async Task<string> ChunkedAsync()
    {
        var body = new StringBuilder();
        while (await LineAsync() is { } size)
        {
            var length = Convert.ToInt32(size.Split(';')[0], 16);
            body.Append(await TakeAsync(length));
            await LineAsync();
            if (length == 0)
            {
                break;
            }
        }

        return body.ToString();
    }

    private async Task<string?> LineAsync()
    {
        int end;
        while ((end = _ahead.IndexOf((byte)'\n')) < 0)
        {
            if (!await FillAsync())
            {
                return null;
            }
        }

        var line = Encoding.Latin1.GetString([.. _ahead.Take(end)]).TrimEnd('\r');
        _ahead.RemoveRange(0, end + 1);
        return line;
    }

    private async Task<string> TakeAsync(int count)
    {
        while (_ahead.Count < count && await FillAsync()) { }

        count = Math.Min(count, _ahead.Count);
        var text = Encoding.UTF8.GetString([.. _ahead.Take(count)]);
        _ahead.RemoveRange(0, count);
        return text;
    }

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[8192];
        try
        {
            var read = await _stream.ReadAsync(buffer);
            _ahead.AddRange(buffer.AsSpan(0, read));
            return read > 0;
        }
        catch (IOException)
        {
            // Reset: as closed as can be.
            return false;
        }
    }
}
