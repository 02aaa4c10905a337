namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// A decompressed body that fails once it has grown far beyond what came over the wire: what expands like that was made to expand, and is
/// refused before it has cost anything.
/// </summary>
/// <remarks>Reads only. The body is unreadable from there on (<see cref="InvalidDataException"/>), as a damaged one is.</remarks>
internal sealed class RatioLimitedStream : ReadOnlyStream
{
    /// <summary>Bytes out for each byte in. JSON of thousands of like resources comes to some 30; zeros come to 1000.</summary>
    public const int MostRatio = 100;

    // Small bodies may be anything.
    private const long Free = 1024 * 1024;

    private readonly CountingStream _wire;
    private readonly Stream _plain;
    private long _out;

    private RatioLimitedStream(CountingStream wire, Stream plain) => (_wire, _plain) = (wire, plain);

    /// <summary>Wraps a body as it comes over the wire.</summary>
    /// <param name="wire">The compressed body.</param>
    /// <param name="decompress">Makes the decompressing stream over what it is given.</param>
    public static RatioLimitedStream Over(Stream wire, Func<Stream, Stream> decompress)
    {
        var counted = new CountingStream(wire);
        return new RatioLimitedStream(counted, decompress(counted));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Count(await _plain.ReadAsync(buffer, cancellationToken));
        }
        catch (InvalidOperationException fault)
        {
            // As Brotli's decoder says it.
            throw new InvalidDataException("The body is damaged.", fault);
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return Count(_plain.Read(buffer, offset, count));
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidDataException("The body is damaged.", fault);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _plain.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _plain.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        _out += read;
        return _out <= Free || _out <= _wire.Count * MostRatio
            ? read
            : throw new InvalidDataException("The body grows far beyond what was sent.");
    }

    private sealed class CountingStream(Stream inner) : ReadOnlyStream
    {
        public long Count { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Count += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            Count += read;
            return read;
        }

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
