using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Console.Work;

/// <summary>What something long has while it is done: the call of its person, its file, and where it says how far it has come.</summary>
/// <param name="job">The job.</param>
/// <param name="call">The call, which ends with the job and not with the request that began it.</param>
/// <param name="room">Where its file lies, with all others that are held.</param>
/// <param name="mostBytes">Most bytes of its file.</param>
/// <param name="takeRoom">Takes room of all files together; false: there is none.</param>
internal sealed class JobRun(Job job, AdminCall call, SpoolRoom room, long mostBytes, Func<long, bool> takeRoom)
{
    /// <summary>The call.</summary>
    public AdminCall Call => call;

    /// <summary>Of how much, once that is known.</summary>
    public long? Whole
    {
        set => job.Whole = value;
    }

    /// <summary>What a page shows of it.</summary>
    public object Result
    {
        set => job.Result = value;
    }

    /// <summary>It has come further.</summary>
    public void Advance(long done) => job.Advance(done);

    /// <summary>Writes to its file.</summary>
    /// <exception cref="JobTooLargeException">There is no more room.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var file = job.File ??= SealedSpool.Create(room);
        if (file.Length + bytes.Length > mostBytes || !takeRoom(bytes.Length))
        {
            throw new JobTooLargeException();
        }

        await file.WriteAsync(bytes, call.Cancelled);
    }
}

/// <summary>What was to be made has no room.</summary>
internal sealed class JobTooLargeException : Exception;
