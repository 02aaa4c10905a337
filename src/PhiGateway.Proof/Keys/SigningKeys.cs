using System.Globalization;
using System.Security.Cryptography;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Keys;

/// <summary>
/// The private keys of one log in a folder that only the node's user may read: the log's own, which stay until somebody rotates them, and
/// the evolving one, which is replaced and destroyed again and again. Used by the builder only; not thread-safe.
/// </summary>
public sealed class SigningKeys : IDisposable
{
    private const string LogStart = "log-";
    private const string EvolvingStart = "evolving-";
    private const string End = ".key";

    private readonly string _folder;
    private readonly string _origin;
    private readonly TileFolder _published;
    private readonly List<NoteSigner> _logKeys = [];
    private NoteSigner? _evolving;
    private int _number = -1;

    private SigningKeys(string folder, string origin, TileFolder published)
    {
        _folder = folder;
        _origin = origin;
        _published = published;
    }

    /// <summary>Secret from which the salts of the log follow.</summary>
    public byte[] SaltKey { get; private set; } = [];

    /// <summary>Number of the newest statement; -1: the log has not begun.</summary>
    public int Number => _number;

    /// <summary>Every key that signs a checkpoint now.</summary>
    public IEnumerable<NoteSigner> Signers => _evolving is null ? _logKeys : [.. _logKeys, _evolving];

    /// <summary>Published keys of the log itself.</summary>
    public IEnumerable<NoteKey> LogKeys => _logKeys.Select(static key => key.Public);

    /// <summary>Opens the folder, or makes it with its first keys.</summary>
    /// <exception cref="InvalidDataException">A key is gone or can be read by others.</exception>
    public static SigningKeys Open(string folder, string origin, TileFolder published, bool acceptNew = false)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var keys = new SigningKeys(folder, origin, published);
        try
        {
            keys.Load(acceptNew);
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Adds a key of the log's own beside those there are; from the next statement on both sign.</summary>
    /// <returns>The number of the new key.</returns>
    public static int Rotate(string folder)
    {
        var number = Numbers(folder, LogStart).LastOrDefault(-1) + 1;
        _ = KeyFile.OpenOrCreate(Path.Combine(folder, Name(LogStart, number)), "signing key of the log");
        return number;
    }

    /// <summary>Whether the folder holds other keys of the log than those in use.</summary>
    public bool HasOtherLogKeys() => Numbers(_folder, LogStart).Count != _logKeys.Count;

    /// <summary>
    /// Begins a new evolving key: the statement about it is signed by the one before, made durable, and the one before is destroyed.
    /// </summary>
    public SignedNote Evolve(long size, TreeHash root)
    {
        LoadLogKeys();
        var next = _number + 1;
        var path = Path.Combine(_folder, Name(EvolvingStart, next));
        var signer = new NoteSigner(EvolvingName, KeyFile.OpenOrCreate(path, "evolving key of the log"));
        var statement = new KeyStatement
        {
            Number = next,
            Origin = _origin,
            Size = size,
            Root = root,
            Evolving = signer.Public,
            LogKeys = [.. LogKeys],
        };
        var note = SignedNote.Sign(statement.ToText(), [.. _logKeys, _evolving ?? signer]);
        DurableFile.Write(Path.Combine(_published.Path, KeyStatement.FileName(next)), note.Whole);
        _evolving?.Dispose();
        _evolving = signer;
        _number = next;
        DestroyBefore(next);
        return note;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _evolving?.Dispose();
        _logKeys.ForEach(static key => key.Dispose());
        CryptographicOperations.ZeroMemory(SaltKey);
    }

    private string EvolvingName => _origin + "/evolving";

    private void Load(bool acceptNew)
    {
        while (File.Exists(Path.Combine(_published.Path, KeyStatement.FileName(_number + 1))))
        {
            _number++;
        }

        if (_number >= 0 && Numbers(_folder, LogStart).Count == 0)
        {
            throw new InvalidDataException($"The signing keys of the log {_origin} are gone from {_folder}. Restore them.");
        }

        if (_number < 0 && Numbers(_folder, EvolvingStart).LastOrDefault() > 0 && !acceptNew)
        {
            throw new InvalidDataException(
                $"The log {_origin} had begun, but {_published.Path} holds nothing of it. Restore the folder. To begin the log anew from what "
                    + "the journal holds, start once with PhiGateway:Audit:Log:AcceptNew=true: what was signed before can then be shown by "
                    + "the heads in the store only. See docs/runbooks/log-contradicts.md."
            );
        }

        SaltKey = KeyFile.OpenOrCreate(Path.Combine(_folder, "salt.key"), "salt key of the log");
        if (Numbers(_folder, LogStart).Count == 0)
        {
            Rotate(_folder);
        }

        LoadLogKeys();

        // A key that no statement tells of was made by an evolution that a crash cut off.
        foreach (var unsaid in Numbers(_folder, EvolvingStart).Where(number => number > _number))
        {
            File.Delete(Path.Combine(_folder, Name(EvolvingStart, unsaid)));
        }

        if (_number < 0)
        {
            return;
        }

        var path = Path.Combine(_folder, Name(EvolvingStart, _number));
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"The evolving key {path} of the log {_origin} is gone. Restore it, or begin a new journal.");
        }

        _evolving = new NoteSigner(EvolvingName, KeyFile.OpenOrCreate(path, "evolving key of the log"));
        DestroyBefore(_number);
    }

    private void LoadLogKeys()
    {
        _logKeys.ForEach(static key => key.Dispose());
        _logKeys.Clear();
        foreach (var number in Numbers(_folder, LogStart))
        {
            var seed = KeyFile.OpenOrCreate(Path.Combine(_folder, Name(LogStart, number)), "signing key of the log");
            _logKeys.Add(new NoteSigner(_origin, seed));
        }
    }

    private void DestroyBefore(int number)
    {
        foreach (var old in Numbers(_folder, EvolvingStart).Where(one => one < number))
        {
            DurableFile.Destroy(Path.Combine(_folder, Name(EvolvingStart, old)));
        }
    }

    private static string Name(string start, int number) => start + number.ToString(CultureInfo.InvariantCulture) + End;

    private static List<int> Numbers(string folder, string start)
    {
        var numbers = new List<int>();
        foreach (var file in Directory.GetFiles(folder, start + "*" + End))
        {
            var name = Path.GetFileName(file)[start.Length..^End.Length];
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }
}
