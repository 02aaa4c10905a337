using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Release.Streaming;

/// <summary>A stream that gives what was read ahead, then the rest.</summary>
internal sealed class ReplayStream(ReadOnlyMemory<byte> ahead, Stream rest) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _ahead = ahead;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ahead.IsEmpty)
        {
            return rest.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _ahead.Length);
        _ahead[..count].CopyTo(buffer);
        _ahead = _ahead[count..];
        return new(count);
    }
}
