using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Policy.Approvals;

/// <summary>
/// Writes the bytes that a fingerprint hashes, the same for the same meaning: named lines, lengths before texts, sets in ordinal order, no
/// culture.
/// </summary>
internal sealed class FingerprintWriter
{
    private readonly StringBuilder _text = new();

    internal FingerprintWriter(string version) => _text.Append(version).Append('\n');

    internal FingerprintWriter Add(string name, string? value)
    {
        // The length makes the form unambiguous: no value can pretend to be the next line.
        _text.Append(name).Append('=');
        _ = value is null ? _text.Append('-') : _text.Append(value.Length.ToString(CultureInfo.InvariantCulture)).Append(':').Append(value);
        _text.Append('\n');
        return this;
    }

    internal FingerprintWriter Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>A member of a later version: where it says nothing, the form is that of before, and approvals of before hold.</summary>
    internal FingerprintWriter AddIfAny(string name, long? value) =>
        value is null ? this : Add(name, value.Value.ToString(CultureInfo.InvariantCulture));

    internal FingerprintWriter AddIfAny(string name, string? value) => value is null ? this : Add(name, value);

    internal FingerprintWriter Add(string name, bool value) => Add(name, value ? "true" : "false");

    internal FingerprintWriter Add(string name, DateOnly? day) => Add(name, day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>A set: order and repetition mean nothing.</summary>
    internal FingerprintWriter AddSet(string name, IEnumerable<string> values)
    {
        var sorted = values.Distinct(StringComparer.Ordinal).ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        Add(name, sorted.Length);
        foreach (var value in sorted)
        {
            Add(name + "[]", value);
        }

        return this;
    }

    internal string Sha256() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_text.ToString())));

    public override string ToString() => _text.ToString();
}
