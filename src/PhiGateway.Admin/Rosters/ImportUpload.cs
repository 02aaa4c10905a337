using System.Security.Cryptography;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Rosters;

/// <summary>Receives an upload whole and verifies its digest before a line of it counts.</summary>
internal static class ImportUpload
{
    // Some twenty million lines: beyond it an import is cut in two.
    internal const long MaxHeld = 2L * 1024 * 1024 * 1024;

    /// <summary>The upload, ready to be read from its beginning; the caller disposes of it.</summary>
    /// <param name="body">What is uploaded.</param>
    /// <param name="digest">Its SHA-256, as its sender names it.</param>
    /// <param name="room">The room of all that is held.</param>
    /// <param name="most">Most bytes of this one.</param>
    public static async Task<Outcome<SealedSpool>> HoldAsync(Stream body, byte[] digest, SpoolRoom room, long most = MaxHeld)
    {
        SealedSpool? spool = null;
        try
        {
            spool = SealedSpool.Create(room);
            if (await ReceiveAsync(body, spool, digest, most) is { } problem)
            {
                return problem;
            }

            await spool.TurnAsync(CancellationToken.None);
            var held = spool;
            spool = null;
            return held;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return AdminProblem.NotHeld;
        }
        finally
        {
            if (spool is not null)
            {
                await spool.DisposeAsync();
            }
        }
    }

    private static async Task<AdminProblem?> ReceiveAsync(Stream body, SealedSpool spool, byte[] digest, long most)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[SealedSpool.ChunkSize];
        while (true)
        {
            int read;
            try
            {
                // Not tied to the caller's going: what was sent whole counts, and a body that ends early says so itself.
                read = await body.ReadAsync(buffer, CancellationToken.None);
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException)
            {
                // The connection, not the disk.
                return AdminProblem.UploadBroken;
            }

            if (read == 0)
            {
                return CryptographicOperations.FixedTimeEquals(hash.GetCurrentHash(), digest) ? null : AdminProblem.DigestMismatch;
            }

            if (spool.Length + read > most)
            {
                return AdminProblem.TooLarge(most);
            }

            hash.AppendData(buffer, 0, read);
            await spool.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
        }
    }
}
