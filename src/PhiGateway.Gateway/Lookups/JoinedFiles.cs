using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Lookups;

/// <summary>Several files of an export as one stream of lines, opened one after the other; read by Release like one file.</summary>
/// <remarks>One that cannot be opened throws as a file does that breaks off: what was written until then is no whole file.</remarks>
/// <param name="fetch">The way to the server.</param>
/// <param name="exchange">The client's request.</param>
/// <param name="places">Where the files are.</param>
/// <param name="most">After so many bytes it seems to end.</param>
internal sealed class JoinedFiles(Fetch fetch, GatewayExchange exchange, IReadOnlyList<string> places, long most = long.MaxValue)
    : ReadOnlyStream
{
    private UpstreamAnswer? _answer;
    private Stream? _file;
    private int _opened;
    private bool _isBetween;
    private long _read;

    /// <summary>There may be more than was read.</summary>
    public bool IsCut => _read >= most;

    /// <summary>Opens the first file, so that nothing is promised that cannot be had; false: it cannot be read.</summary>
    public async ValueTask<bool> TryBeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(cancellationToken);
            return true;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            return false;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || IsCut)
        {
            return 0;
        }

        while (true)
        {
            if (_isBetween)
            {
                // The last line of a file need not end.
                buffer.Span[0] = (byte)'\n';
                _isBetween = false;
                return 1;
            }

            if (_file is null)
            {
                if (_opened == places.Count)
                {
                    return 0;
                }

                await OpenAsync(cancellationToken);
            }

            var read = await _file!.ReadAsync(buffer, cancellationToken);
            if (read > 0)
            {
                _read += read;
                return read;
            }

            CloseFile();
            _isBetween = _opened < places.Count;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CloseFile();
        }

        base.Dispose(disposing);
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _answer = await fetch.OpenFileAsync(exchange, places[_opened++]) ?? throw new IOException("A file of the export cannot be had.");
        if (_answer.Status != 200 || !KnownMediaTypes.IsNdjson(_answer.MediaType))
        {
            throw new InvalidDataException("A file of the export is none.");
        }

        _file = await _answer.OpenAsync(cancellationToken) ?? throw new InvalidDataException("A file of the export is coded.");
    }

    private void CloseFile()
    {
        _file?.Dispose();
        _answer?.Dispose();
        (_file, _answer) = (null, null);
    }
}
