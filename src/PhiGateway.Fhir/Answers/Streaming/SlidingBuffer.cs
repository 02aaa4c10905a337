using System.Buffers;

namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>
/// Reads a stream through a pooled window: holds what was read and not yet used up, and grows only for a piece that does not fit.
/// </summary>
internal sealed class SlidingBuffer(Stream source, StreamLimits limits) : IDisposable
{
    private const int Smallest = 128 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Smallest);
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Unused => _bytes.AsSpan(_start, _end - _start);

    /// <summary>The same, until more is read.</summary>
    public ReadOnlyMemory<byte> Held => _bytes.AsMemory(_start, _end - _start);

    public void Use(int count) => _start += count;

    /// <summary>Reads more; false at the end of the stream. Throws what the stream throws, and what whoever gives room does.</summary>
    public async ValueTask<FillResult> FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _bytes.Length)
        {
            if (_end >= limits.MaxResourceBytes)
            {
                return FillResult.TooLong;
            }

            Grow();
        }

        var read = await source.ReadAsync(_bytes.AsMemory(_end), cancellation);
        _end += read;
        return read == 0 ? FillResult.End : FillResult.Read;
    }

    // Cleared, because it held PHI and the pool is everybody's.
    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes, clearArray: true);

    private void Grow()
    {
        limits.TakeRoom?.Invoke(_bytes.Length);
        var larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        _bytes.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes, clearArray: true);
        _bytes = larger;
    }
}
