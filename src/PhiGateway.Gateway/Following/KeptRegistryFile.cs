using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// Writes and reads the last good snapshot on disk: one file with the whole registry, one beside it with every change since, each under a
/// key of this node.
/// </summary>
/// <remarks>
/// The first line of the whole is its HMAC-SHA256. The changes name the whole they follow, then each stands on a line behind the HMAC over
/// the one before it and itself:
/// none can be changed, taken out or put elsewhere. That the last ones are missing cannot be seen from the file; see
/// <see cref="PhiGateway.Audit.Journal.IEnforcedRevision"/>. Not thread-safe.
/// </remarks>
internal sealed class KeptRegistryFile(string path, byte[] key)
{
    private const int MacCharacters = 64;

    private string? _last;

    /// <summary>The file of the changes.</summary>
    public string ChangesPath => path + ".changes";

    /// <summary>How much has been appended since the whole was written.</summary>
    public long ChangesBytes { get; private set; }

    /// <summary>Writes the whole and starts over with changes.</summary>
    public void Write(KeptSnapshot whole)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(whole, Json);
        var mac = MacOf(string.Empty, body);
        Replace(
            path,
            file =>
            {
                file.Write(Encoding.ASCII.GetBytes(mac + "\n"));
                file.Write(body);
            }
        );
        Replace(ChangesPath, file => file.Write(Encoding.ASCII.GetBytes(mac + "\n")));
        _last = mac;
        ChangesBytes = 0;
    }

    /// <summary>Appends what changed; durable when it returns. Only after <see cref="Write"/>.</summary>
    public void Append(KeptSnapshot change)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(change, Json);
        var mac = MacOf(_last ?? throw new InvalidOperationException("The whole comes first."), body);
        using (var file = new FileStream(ChangesPath, FileMode.Append, FileAccess.Write, FileShare.Read))
        {
            file.Write(Encoding.ASCII.GetBytes(mac + " "));
            file.Write(body);
            file.WriteByte((byte)'\n');
            file.Flush(flushToDisk: true);
            ChangesBytes = file.Length;
        }

        _last = mac;
    }

    /// <summary>The whole and the changes after it, in order; null when anything in it is not what this node wrote.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<KeptSnapshot>? TryRead()
    {
        var text = File.ReadAllBytes(path);
        if (text.AsSpan().IndexOf((byte)'\n') != MacCharacters)
        {
            return null;
        }

        var mac = MacOf(string.Empty, text.AsSpan(MacCharacters + 1));
        if (!IsSame(text.AsSpan(0, MacCharacters), mac) || Parse(text.AsSpan(MacCharacters + 1)) is not { } whole)
        {
            return null;
        }

        List<KeptSnapshot> steps = [whole];
        return !File.Exists(ChangesPath) || TryReadChanges(File.ReadAllBytes(ChangesPath), mac, steps) ? steps : null;
    }

    private bool TryReadChanges(ReadOnlySpan<byte> text, string mac, List<KeptSnapshot> steps)
    {
        var end = text.IndexOf((byte)'\n');
        if (end != MacCharacters || !IsSame(text[..end], mac))
        {
            // Those of an earlier whole: the process ended between writing the two.
            return true;
        }

        text = text[(end + 1)..];
        while ((end = text.IndexOf((byte)'\n')) >= 0)
        {
            var line = text[..end];
            if (line.Length <= MacCharacters || line[MacCharacters] != (byte)' ')
            {
                return false;
            }

            mac = MacOf(mac, line[(MacCharacters + 1)..]);
            if (!IsSame(line[..MacCharacters], mac) || Parse(line[(MacCharacters + 1)..]) is not { } change)
            {
                return false;
            }

            steps.Add(change);
            text = text[(end + 1)..];
        }

        // What is left has no end of line: a change that was never finished, and so never in force.
        return true;
    }

    private static KeptSnapshot? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return
                JsonSerializer.Deserialize<KeptSnapshot>(json, Json)
                    is { Everything: { Items: not null, Members: not null, Revocations: not null } } kept
                ? kept
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsSame(ReadOnlySpan<byte> written, string mac) =>
        CryptographicOperations.FixedTimeEquals(written, Encoding.ASCII.GetBytes(mac));

    private string MacOf(string before, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.ASCII.GetBytes(before));
        hmac.AppendData(body);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    private static void Replace(string path, Action<FileStream> write)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(temporary, options))
        {
            write(file);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static JsonSerializerOptions Json { get; } = CreateJson();

    private static JsonSerializerOptions CreateJson()
    {
        // Rows leave out what is null, so a missing parameter is one. A kind or target that this version has no word for is kept as its
        // number.
        var options = new JsonSerializerOptions(RegistryJson.Options)
        {
            WriteIndented = false,
            RespectRequiredConstructorParameters = false,
            Converters = { new PatientIdConverter() },
        };
        options.Converters.Insert(0, new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: true));
        return options;
    }
}

/// <summary>
/// A loaded registry, or a later change to it, with the time at which it was last seen to be current; a record of the kept files.
/// </summary>
/// <param name="Everything">What was loaded.</param>
/// <param name="ConfirmedAt">When it was last seen to be current, UTC.</param>
internal sealed record KeptSnapshot(RegistryChanges Everything, DateTimeOffset ConfirmedAt);
