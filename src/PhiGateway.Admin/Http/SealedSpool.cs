using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace PhiGateway.Admin.Http;

/// <summary>
/// Holds bytes until somebody may have them: written once, then read from its beginning; memory flat. Uploads wait in it for their digest,
/// files of the console for their person. Not thread-safe.
/// </summary>
/// <remarks>
/// Security: what it holds is PHI, so the file is sealed chunk by chunk under a key that only this object has, and has no name once it is open
/// (where the system allows it): nothing readable is left behind, by a crash either.
/// What is read is what was written, or the read throws.
/// </remarks>
internal sealed class SealedSpool : Stream
{
    internal const int ChunkSize = 64 * 1024;

    private const int TagSize = 16;
    private const int SlotSize = ChunkSize + TagSize;

    private readonly SafeFileHandle _file;
    private readonly SpoolRoom _room;
    private readonly AesGcm _cipher;
    private readonly byte[] _plain = new byte[ChunkSize];
    private readonly byte[] _sealed = new byte[SlotSize];
    private int _filled;
    private int _taken;
    private long _chunks;
    private long _next;
    private long _length;
    private long _held;
    private bool _reading;

    private SealedSpool(SafeFileHandle file, SpoolRoom room)
    {
        (_file, _room) = (file, room);
        var key = RandomNumberGenerator.GetBytes(32);
        _cipher = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
    }

    public override bool CanRead => _reading;

    public override bool CanSeek => false;

    public override bool CanWrite => !_reading;

    public override long Length => _length;

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens an empty one in the room of all of them; what is written beyond that throws <see cref="SpoolFullException"/>.</summary>
    /// <exception cref="IOException">The directory takes no file.</exception>
    public static SealedSpool Create(SpoolRoom room)
    {
        var path = Path.Combine(room.Directory, $"phigw-spool-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        var options = FileOptions.Asynchronous | (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, options);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return new SealedSpool(file, room);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_reading)
        {
            throw new NotSupportedException();
        }

        while (!buffer.IsEmpty)
        {
            var part = Math.Min(buffer.Length, ChunkSize - _filled);
            buffer[..part].CopyTo(_plain.AsMemory(_filled));
            _filled += part;
            _length += part;
            buffer = buffer[part..];
            if (_filled == ChunkSize)
            {
                await SealAsync(cancellationToken);
            }
        }
    }

    /// <summary>Ends the writing and begins the reading.</summary>
    public async ValueTask TurnAsync(CancellationToken cancellationToken)
    {
        if (_filled > 0)
        {
            await SealAsync(cancellationToken);
        }

        _taken = 0;
        _reading = true;
    }

    /// <summary>Reads from the beginning again.</summary>
    public void Rewind()
    {
        if (!_reading)
        {
            throw new NotSupportedException();
        }

        (_next, _filled, _taken) = (0, 0, 0);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_reading)
        {
            throw new NotSupportedException();
        }

        if (_taken == _filled && !await OpenAsync(cancellationToken))
        {
            return 0;
        }

        var part = Math.Min(buffer.Length, _filled - _taken);
        _plain.AsMemory(_taken, part).CopyTo(buffer);
        _taken += part;
        return part;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is promised beyond this object's life.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _room.Give(Interlocked.Exchange(ref _held, 0));
            _cipher.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    private async ValueTask SealAsync(CancellationToken cancellationToken)
    {
        if (!_room.TryTake(TagSize + _filled))
        {
            throw new SpoolFullException();
        }

        _held += TagSize + _filled;
        _cipher.Encrypt(NonceOf(_chunks), _plain.AsSpan(0, _filled), _sealed.AsSpan(TagSize, _filled), _sealed.AsSpan(0, TagSize));
        await RandomAccess.WriteAsync(_file, _sealed.AsMemory(0, TagSize + _filled), _chunks * SlotSize, cancellationToken);
        _chunks++;
        _filled = 0;
    }

    private async ValueTask<bool> OpenAsync(CancellationToken cancellationToken)
    {
        if (_next == _chunks)
        {
            return false;
        }

        var size = (int)Math.Min(ChunkSize, _length - (_next * ChunkSize));
        var there = 0;
        while (there < TagSize + size)
        {
            var read = await RandomAccess.ReadAsync(
                _file,
                _sealed.AsMemory(there, TagSize + size - there),
                (_next * SlotSize) + there,
                cancellationToken
            );
            there += read > 0 ? read : throw new EndOfStreamException();
        }

        _cipher.Decrypt(NonceOf(_next), _sealed.AsSpan(TagSize, size), _sealed.AsSpan(0, TagSize), _plain.AsSpan(0, size));
        (_filled, _taken) = (size, 0);
        _next++;
        return true;
    }

    // The key is used for this one file, so the number of the chunk never repeats under it.
    private static byte[] NonceOf(long chunk)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(nonce, chunk);
        return nonce;
    }
}
