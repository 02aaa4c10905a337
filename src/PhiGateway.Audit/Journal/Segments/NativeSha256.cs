using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PhiGateway.Audit.Journal.Segments;

/// <summary>
/// SHA-256 by the OpenSSL that .NET itself uses on Linux, called without what .NET does around each of its calls: it empties OpenSSL's
/// queue of errors three times a hash, which costs more than a short text takes to be hashed. Used by the journal's chain and by the
/// transparency log, which hash by the million. Thread-safe: each thread has a context of its own.
/// </summary>
/// <remarks>
/// Security: the implementation and its settings (FIPS among them) are the ones that .NET would have used. Where the library is not there,
/// or does not give the hash that .NET gives, nothing is hashed here and callers ask .NET.
/// </remarks>
public sealed partial class NativeSha256
{
    private const string Library = "libcrypto.so.3";
    private const int Success = 1;

    private static readonly nint Algorithm = Find();

    [ThreadStatic]
    private static NativeSha256? _ofThisThread;

    private readonly nint _context = NewContext();

    private NativeSha256() { }

    /// <summary>Gives the context back, once its thread is gone.</summary>
    ~NativeSha256()
    {
        if (_context != 0)
        {
            FreeContext(_context);
        }
    }

    /// <summary>Whether hashes are made here.</summary>
    public static bool IsAvailable => Algorithm != 0;

    /// <summary>Hashes an input into 32 bytes; false: it is to be hashed by .NET.</summary>
    public static bool TryHash(ReadOnlySpan<byte> input, Span<byte> hash) =>
        Algorithm != 0 && (_ofThisThread ??= new NativeSha256()).TryHash(Algorithm, input, hash);

    private bool TryHash(nint algorithm, ReadOnlySpan<byte> input, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, SHA256.HashSizeInBytes, nameof(hash));
        var isHashed =
            _context != 0
            && Begin(_context, algorithm, 0) == Success
            && Append(_context, ref MemoryMarshal.GetReference(input), (nuint)input.Length) == Success
            && End(_context, ref MemoryMarshal.GetReference(hash), 0) == Success;
        GC.KeepAlive(this);
        return isHashed;
    }

    // Never throws: whatever is amiss, .NET hashes.
    private static nint Find()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        try
        {
            // .NET's own beginning first: it tells OpenSSL not to clean up at the exit while threads still run.
            var expected = SHA256.HashData("the same hash"u8);
            var algorithm = Fetch(0, "SHA256", 0);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            var isTheSame =
                algorithm != 0 && new NativeSha256().TryHash(algorithm, "the same hash"u8, hash) && hash.SequenceEqual(expected);
            return isTheSame ? algorithm : 0;
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return 0;
        }
    }

    [LibraryImport(Library, EntryPoint = "EVP_MD_fetch", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Fetch(nint library, string algorithm, nint properties);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_DigestInit_ex")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Begin(nint context, nint algorithm, nint engine);

    [LibraryImport(Library, EntryPoint = "EVP_DigestUpdate")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Append(nint context, ref byte input, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_DigestFinal_ex")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int End(nint context, ref byte hash, nint length);
}
