using System.Security.Cryptography;
using System.Text.Json;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Logging;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Registry;

/// <summary>The registry as last seen, on this node's disk, with revision, time and checksum: what a node starts from when the database is away.</summary>
/// <remarks>Its age counts from when it was seen, so a restart does not make it younger. Written at most once a minute, and at a whole load.</remarks>
internal sealed class LastGoodSnapshot(GatewayOptions options, TimeProvider clock, ILogger<LastGoodSnapshot> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private DateTimeOffset _writtenAt = DateTimeOffset.MinValue;
    private bool _changed;

    /// <summary>Reads the file; null when there is none or it is damaged, which is logged.</summary>
    public KeptSnapshot? TryRead()
    {
        if (options.Registry.LastGoodFile is not { } path || !File.Exists(path))
        {
            return null;
        }

        try
        {
            var text = File.ReadAllBytes(path);
            var line = text.AsSpan().IndexOf((byte)'\n');
            if (line != 64 || Convert.ToHexStringLower(SHA256.HashData(text.AsSpan(line + 1))) != System.Text.Encoding.ASCII.GetString(text, 0, line))
            {
                GatewayLog.LastGoodFailed(log, "read", "checksum");
                return null;
            }

            return JsonSerializer.Deserialize<KeptSnapshot>(text.AsSpan(line + 1), Json);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            GatewayLog.LastGoodFailed(log, "read", fault.GetType().Name);
            return null;
        }
    }

    /// <summary>Writes a whole load at once.</summary>
    public void Offer(RegistryChanges everything, DateTimeOffset confirmedAt)
    {
        if (options.Registry.LastGoodFile is not { } path)
        {
            return;
        }

        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new KeptSnapshot(everything, confirmedAt), Json);
            var temporary = path + ".new";
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(body))));
                file.WriteByte((byte)'\n');
                file.Write(body);
                file.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            File.Move(temporary, path, overwrite: true);
            _writtenAt = clock.GetUtcNow();
            _changed = false;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            GatewayLog.LastGoodFailed(log, "written", fault.GetType().Name);
        }
    }

    /// <summary>The snapshot in force is newer than the file.</summary>
    public void Changed() => _changed = true;

    /// <summary>Writes the file again when it is older than the registry and the last writing is a minute ago.</summary>
    public async Task WriteIfDueAsync(IRegistrySource source, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (options.Registry.LastGoodFile is null || now - _writtenAt < Interval || (!_changed && now - _writtenAt < options.Registry.MaxSnapshotAge / 3))
        {
            return;
        }

        try
        {
            Offer(await source.LoadAllAsync(cancellationToken), now);
        }
#pragma warning disable CA1031 // The file is a courtesy to the next start.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            GatewayLog.LastGoodFailed(log, "written", fault.GetType().Name);
        }
    }

    private static JsonSerializerOptions Json { get; } = new(RegistryJson.Options) { Converters = { new PatientIdConverter() } };
}

/// <summary>What the file holds.</summary>
/// <param name="Everything">The registry.</param>
/// <param name="ConfirmedAt">When it was last seen to be current, UTC.</param>
internal sealed record KeptSnapshot(RegistryChanges Everything, DateTimeOffset ConfirmedAt);
