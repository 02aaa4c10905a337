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
    private const string New = ".new";

    private string? _last;

    /// <summary>The file of the changes.</summary>
    public string ChangesPath => path + ".changes";

    /// <summary>How much has been appended since the whole was written.</summary>
    public long ChangesBytes { get; private set; }

    /// <summary>Writes a whole beside the one that counts; durable when it returns. While this goes on, changes may be appended.</summary>
    /// <returns>Its HMAC, for <see cref="Install"/>.</returns>
    public string Prepare(KeptSnapshot whole)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(whole, Json);
        var mac = MacOf(string.Empty, body);
        WriteNew(
            path,
            file =>
            {
                file.Write(Encoding.ASCII.GetBytes(mac + "\n"));
                file.Write(body);
            }
        );
        return mac;
    }

    /// <summary>Puts a prepared whole in force, with the changes that came while it was written.</summary>
    public void Install(string mac, IEnumerable<KeptSnapshot> since)
    {
        var last = mac;
        var length = 0L;
        WriteNew(
            ChangesPath,
            file =>
            {
                file.Write(Encoding.ASCII.GetBytes(mac + "\n"));
                foreach (var change in since)
                {
                    last = WriteChange(file, last, change);
                }

                length = file.Length;
            }
        );

        // A process that ends between the two has its changes in the second one's new form: they name their whole.
        File.Move(path + New, path, overwrite: true);
        File.Move(ChangesPath + New, ChangesPath, overwrite: true);
        (_last, ChangesBytes) = (last, length);
    }

    /// <summary>Appends what changed; durable when it returns. Only after <see cref="Install"/>.</summary>
    public void Append(KeptSnapshot change)
    {
        var last = _last ?? throw new InvalidOperationException("The whole comes first.");
        using var file = new FileStream(ChangesPath, FileMode.Append, FileAccess.Write, FileShare.Read);
        last = WriteChange(file, last, change);
        file.Flush(flushToDisk: true);
        (_last, ChangesBytes) = (last, file.Length);
    }

    /// <summary>Takes all of it away: what it says is of a history that is no more.</summary>
    public void Delete()
    {
        File.Delete(path);
        File.Delete(ChangesPath);
        _last = null;
    }

    /// <summary>The whole and the changes after it, in order; null when anything in it is not what this node wrote.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<KeptSnapshot>? TryRead() =>
        TryRead<KeptSnapshot>(static kept => kept.Everything is { Items: not null, Members: not null, Revocations: not null });

    /// <summary>
    /// The same without what documents say and who is on rosters: as much as it takes to see whether a registry has gone back behind it.
    /// </summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<KeptMarks>? TryReadMarks() =>
        TryRead<KeptMarks>(static marks => marks.Everything is { Items: not null, Revocations: not null });

    private List<T>? TryRead<T>(Func<T, bool> isWhole)
        where T : class
    {
        var text = File.ReadAllBytes(path);
        if (text.AsSpan().IndexOf((byte)'\n') != MacCharacters)
        {
            return null;
        }

        var mac = MacOf(string.Empty, text.AsSpan(MacCharacters + 1));
        if (!IsSame(text.AsSpan(0, MacCharacters), mac) || Parse(text.AsSpan(MacCharacters + 1), isWhole) is not { } whole)
        {
            return null;
        }

        List<T> steps = [whole];
        foreach (var changes in (string[])[ChangesPath, ChangesPath + New])
        {
            // Those of another whole: the process ended between putting the two in force, and they stand in the new form of the file.
            if (File.Exists(changes) && File.ReadAllBytes(changes) is var lines && Follows(lines, mac))
            {
                return TryReadChanges(lines.AsSpan(MacCharacters + 1), mac, steps, isWhole) ? steps : null;
            }
        }

        return steps;
    }

    private static bool Follows(ReadOnlySpan<byte> text, string mac) =>
        text.IndexOf((byte)'\n') == MacCharacters && IsSame(text[..MacCharacters], mac);

    private bool TryReadChanges<T>(ReadOnlySpan<byte> text, string mac, List<T> steps, Func<T, bool> isWhole)
        where T : class
    {
        int end;
        while ((end = text.IndexOf((byte)'\n')) >= 0)
        {
            var line = text[..end];
            if (line.Length <= MacCharacters || line[MacCharacters] != (byte)' ')
            {
                return false;
            }

            mac = MacOf(mac, line[(MacCharacters + 1)..]);
            if (!IsSame(line[..MacCharacters], mac) || Parse(line[(MacCharacters + 1)..], isWhole) is not { } change)
            {
                return false;
            }

            steps.Add(change);
            text = text[(end + 1)..];
        }

        // What is left has no end of line: a change that was never finished, and so never in force.
        return true;
    }

    // Null: it is not what is read.
    private static T? Parse<T>(ReadOnlySpan<byte> json, Func<T, bool> isWhole)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json) is { } read && isWhole(read) ? read : null;
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

    private string WriteChange(FileStream file, string last, KeptSnapshot change)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(change, Json);
        var mac = MacOf(last, body);
        file.Write(Encoding.ASCII.GetBytes(mac + " "));
        file.Write(body);
        file.WriteByte((byte)'\n');
        return mac;
    }

    private static void WriteNew(string path, Action<FileStream> write)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path + New, options);
        write(file);
        file.Flush(flushToDisk: true);
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
