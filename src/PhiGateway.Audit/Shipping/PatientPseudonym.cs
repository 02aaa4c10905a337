using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Journal.Files;

namespace PhiGateway.Audit.Shipping;

/// <summary>
/// Turns a patient's id into the keyed pseudonym by which the trail is searched: whoever has the trail but not the key cannot tell who it
/// is. Thread-safe.
/// </summary>
/// <remarks>
/// Security: the key is worth the identity of every patient in the index. It stays in its file, is never logged and never sent.
/// </remarks>
public sealed class PatientPseudonym : IPatientPseudonym
{
    /// <summary>Identifier system of a FHIR logical id.</summary>
    public const string LogicalId = "Patient";

    /// <summary>The same, for records of answers from which something of the patient was withheld.</summary>
    public const string Withheld = "Patient withheld";

    /// <summary>Length of a pseudonym: 130 bits.</summary>
    public const int Characters = 26;

    // A patient is seldom looked at once: the last ones are remembered, some 3 MB at most.
    private const int MostKnown = 16_384;

    private readonly byte[] _key;
    private readonly ConcurrentDictionary<(string Tenant, string System, string Value), string> _known = new();
    private int _count;

    /// <summary>Uses a key of 32 bytes.</summary>
    public PatientPseudonym(ReadOnlySpan<byte> key) =>
        _key =
            key.Length == KeyFile.KeyBytes
                ? key.ToArray()
                : throw new ArgumentException($"A pseudonym key has {KeyFile.KeyBytes} bytes.", nameof(key));

    /// <summary>Reads the key, or makes one on the first start; only its owner may read the file.</summary>
    /// <exception cref="InvalidDataException">The file is no key, or others may read it.</exception>
    public static PatientPseudonym OpenOrCreate(string path) => new(KeyFile.OpenOrCreate(path, "pseudonym key"));

    /// <summary>The pseudonym of a patient's logical id within a tenant.</summary>
    public string Of(string tenant, string patientId) => Of(tenant, LogicalId, patientId);

    /// <summary>The word under which it is found that something of a patient was withheld.</summary>
    public string OfWithheld(string tenant, string patientId) => Of(tenant, Withheld, patientId);

    /// <summary>The pseudonym of an identifier within a tenant.</summary>
    public string Of(string tenant, string system, string value)
    {
        var asked = (tenant, system, value);
        if (_known.TryGetValue(asked, out var known))
        {
            return known;
        }

        if (Interlocked.Increment(ref _count) > MostKnown)
        {
            _known.Clear();
            Volatile.Write(ref _count, 1);
        }

        return _known.GetOrAdd(asked, Compute);
    }

    private string Compute((string Tenant, string System, string Value) asked)
    {
        // NUL stands in none of the three: no two different triples give the same bytes.
        var text = $"{asked.Tenant}\0{asked.System}\0{asked.Value}";
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var bytes = Encoding.UTF8.GetBytes(text, buffer);
        _ = HMACSHA256.HashData(_key, buffer.AsSpan(0, bytes), mac);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return Base32.Encode(mac, Characters);
    }
}
