using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Identity.Common;

/// <summary>
/// What was read of a file that is looked at again every few seconds; what was read stays while the file cannot be. Kept by whoever trusts
/// what an operator lays down: bundles and authorities.
/// </summary>
/// <remarks>
/// Thread-safe. Who asks is given what was read last, by one read of a reference and without a lock; when a look is due, one of those who
/// ask takes it, and the others go on with what is there.
/// </remarks>
internal sealed class WatchedFile<T>
    where T : class
{
    private const int MostBytes = 1024 * 1024;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly string _file;
    private readonly TimeProvider _time;
    private readonly Func<string, T?> _read;

    private volatile T? _current;
    private string _seen = string.Empty;
    private long _next;
    private int _looking;

    /// <param name="file">Its path; read once now.</param>
    /// <param name="time">The clock.</param>
    /// <param name="read">Makes of its text what is kept; null: nothing can be made of it.</param>
    public WatchedFile(string file, TimeProvider time, Func<string, T?> read)
    {
        _file = file;
        _time = time;
        _read = read;
        Look();
    }

    /// <summary>What was read last; another object when it changed; null: nothing yet.</summary>
    public T? Current
    {
        get
        {
            if (_time.GetUtcNow().UtcTicks >= Volatile.Read(ref _next))
            {
                Look();
            }

            return _current;
        }
    }

    /// <summary>Reads a file that is not longer than may be.</summary>
    public static bool TryRead(string file, out string text)
    {
        text = string.Empty;
        try
        {
            var info = new FileInfo(file);
            if (!info.Exists || info.Length > MostBytes)
            {
                return false;
            }

            text = File.ReadAllText(file);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    private void Look()
    {
        if (Interlocked.CompareExchange(ref _looking, 1, 0) != 0)
        {
            return;
        }

        try
        {
            Volatile.Write(ref _next, _time.GetUtcNow().Add(Every).UtcTicks);
            if (!TryRead(_file, out var text))
            {
                return;
            }

            var seen = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            if (seen != _seen && _read(text) is { } found)
            {
                (_seen, _current) = (seen, found);
            }
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }
}
