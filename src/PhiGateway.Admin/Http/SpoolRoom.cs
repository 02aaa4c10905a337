namespace PhiGateway.Admin.Http;

/// <summary>
/// The room that all spools of a process have together, and how much of their disk stays free; asked by each spool before it writes, and by
/// uploads before they begin. Thread-safe.
/// </summary>
/// <remarks>
/// Security: the weakest writer fills it, by as many uploads as it likes. On the journal's disk that would close the node for everybody, and
/// in a memory file system take the node's memory.
/// </remarks>
/// <param name="directory">Where spools lie.</param>
/// <param name="mostBytes">What they may hold together.</param>
/// <param name="freeOf">Tells how much of a directory's disk is free; null: the system is asked.</param>
/// <param name="exhausted">Told the name of the budget each time that there was no room; null: nobody counts.</param>
internal sealed class SpoolRoom(string directory, long mostBytes, Func<string, long>? freeOf = null, Action<string>? exhausted = null)
{
    /// <summary>Uploads of one person at a time.</summary>
    internal const int MostOfOne = 3;

    /// <summary>So much of the disk is left to others.</summary>
    internal const long LeastFree = 512L * 1024 * 1024;

    private const string Budget = "spool-bytes";
    private const string Uploads = "uploads";

    // The disk is asked once for so much that is written.
    private const long Step = 16L * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _uploads = new(StringComparer.OrdinalIgnoreCase);
    private long _taken;
    private long _granted;

    /// <summary>Where spools lie.</summary>
    public string Directory => directory;

    /// <summary>Lets one more upload of a person begin; null: that person has enough of them.</summary>
    public IDisposable? TryEnter(string person)
    {
        lock (_gate)
        {
            var count = _uploads.GetValueOrDefault(person);
            if (count >= MostOfOne)
            {
                exhausted?.Invoke(Uploads);
                return null;
            }

            _uploads[person] = count + 1;
            return new Upload(this, person);
        }
    }

    /// <summary>Takes room for what is about to be written; false: there is none.</summary>
    public bool TryTake(long bytes)
    {
        lock (_gate)
        {
            if (_taken + bytes > mostBytes)
            {
                exhausted?.Invoke(Budget);
                return false;
            }

            if (bytes > _granted)
            {
                if ((freeOf ?? FreeOf)(directory) - LeastFree < Math.Max(bytes, Step))
                {
                    exhausted?.Invoke(Budget);
                    return false;
                }

                _granted = Math.Max(bytes, Step);
            }

            _granted -= bytes;
            _taken += bytes;
            return true;
        }
    }

    /// <summary>Gives back what a spool had.</summary>
    public void Give(long bytes)
    {
        lock (_gate)
        {
            _taken -= bytes;
        }
    }

    private static long FreeOf(string directory) => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;

    private void Leave(string person)
    {
        lock (_gate)
        {
            if (--_uploads[person] == 0)
            {
                _uploads.Remove(person);
            }
        }
    }

    private sealed class Upload(SpoolRoom room, string person) : IDisposable
    {
        private SpoolRoom? _room = room;

        public void Dispose() => Interlocked.Exchange(ref _room, null)?.Leave(person);
    }
}

/// <summary>There is no more room for a spool.</summary>
internal sealed class SpoolFullException() : IOException("There is no more room to hold what is written.");
