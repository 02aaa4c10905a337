using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Release.Streaming;

/// <summary>
/// Reads as one stream the bytes that were read ahead and then the rest of an upstream's body; for answers that turn out too large to hold
/// whole.
/// </summary>
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
