using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Files;
using PhiGateway.RegistryFiles.Yaml;

namespace PhiGateway.Admin.Shadows;

/// <summary>
/// Starts and ends shadows of candidates, and tells what they have come to; called by endpoints and console. A start and an end are on record,
/// and so is each look at what one has come to.
/// </summary>
internal sealed class ShadowCommands(
    ShadowRegister register,
    ShadowRegistries registries,
    ShadowWatch watch,
    IAuditStore trail,
    TrailSearch looks,
    AdminOptions options,
    TimeProvider time
) : IDisposable
{
    private const int MostOneIn = 1000;

    // Two that start at once are counted one after the other.
    private readonly SemaphoreSlim _starting = new(1, 1);

    /// <summary>Starts one.</summary>
    public async Task<Outcome<ShadowReport>> StartAsync(AdminCall call, StartShadowBody body)
    {
        if (Check(body) is { } bad)
        {
            return bad;
        }

        var set = await registries.NowAsync(call.Cancelled);
        if (ShadowCandidate.Read(body, set, call.Person).Failed(out var problem, out var write))
        {
            return problem;
        }

        await _starting.WaitAsync(call.Cancelled);
        try
        {
            var now = time.GetUtcNow();
            var running = (await register.ReadAsync(call.Cancelled)).Where(one => one.Shadow.End > now).ToList();
            if (running.Any(one => one.Shadow.UseCase == write.Id))
            {
                return AdminProblem.Conflict("shadow-runs", "A shadow of this use case runs already; end it, or wait until it has ended.");
            }

            if (running.Count >= options.Shadows.Most)
            {
                return AdminProblem.Conflict("too-many-shadows", $"{running.Count} shadows run, and no more may; end one of them.");
            }

            // Last, and one at a time: it takes as much room as two registries.
            var (_, impossible) = await registries.BuildAsync(set, write.Id, write.Json!, call.Cancelled);
            if (impossible is not null)
            {
                return AdminProblem.Conflict("too-large", impossible);
            }

            var shadow = new Shadow(
                Guid.CreateVersion7(now),
                write.Id,
                write.Json!,
                write.ExpectedVersion ?? 0,
                call.Person,
                body.Reason,
                now,
                body.Until!.Value.ToUniversalTime(),
                body.OneIn ?? 1
            );
            if (!call.IsDryRun)
            {
                await register.BeginAsync(call, shadow, await PlacesAsync(call.Cancelled));
            }

            return new ShadowReport(shadow, ShadowState.Running, null, null, null, null);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Ends one before its time.</summary>
    public async Task<Outcome<ShadowReport>> EndAsync(AdminCall call, string id)
    {
        if ((await FindOneAsync(call, id)).Failed(out var problem, out var known))
        {
            return problem;
        }

        var now = time.GetUtcNow();
        if (known.Shadow.End <= now)
        {
            return AdminProblem.Conflict("has-ended", "It has ended already.");
        }

        if (!call.IsDryRun)
        {
            await register.EndAsync(call, known.Shadow);
        }

        return ReportOf(known with { Shadow = known.Shadow with { EndedAt = now, EndedBy = call.Person } }, now);
    }

    /// <summary>All of the last months.</summary>
    public async Task<Outcome<ShadowList>> ListAsync(AdminCall call)
    {
        await looks.RecordAsync(call, "trail.shadow", "all", null, null);
        var now = time.GetUtcNow();
        return new ShadowList([.. (await register.ReadAsync(call.Cancelled)).Select(one => ReportOf(one, now))]);
    }

    /// <summary>One of them.</summary>
    public async Task<Outcome<ShadowReport>> FindAsync(AdminCall call, string id)
    {
        if ((await FindOneAsync(call, id)).Failed(out var problem, out var known))
        {
            return problem;
        }

        await looks.RecordAsync(call, "trail.shadow", "id=" + known.Shadow.Id.ToString("D"), null, null);
        return ReportOf(known, time.GetUtcNow());
    }

    /// <summary>A use case as it is, in the form of a file, to be changed into a candidate; null: there is none of that name.</summary>
    public async Task<string?> DraftAsync(AdminCall call, string useCase)
    {
        var set = await registries.NowAsync(call.Cancelled);
        return set.Find(RegistryKind.UseCase, useCase) is null
            ? null
            : RegistryText.ToYaml(FileExport.Write(set, (kind, id) => kind == RegistryKind.UseCase && id == useCase));
    }

    public void Dispose() => _starting.Dispose();

    // One that is over and of which nothing was put down is still being counted.
    private ShadowReport ReportOf(KnownShadow known, DateTimeOffset now)
    {
        var isOver = known.Shadow.End <= now;
        if (known.Outcome is { } outcome)
        {
            return new ShadowReport(known.Shadow, ShadowState.Ended, null, outcome.JudgedUpTo, outcome.Node, outcome.Counts);
        }

        var running = watch.Find(known.Shadow.Id) ?? new ShadowReport(known.Shadow, ShadowState.Running, null, null, options.Node, null);
        return running with { Shadow = known.Shadow, State = isOver ? ShadowState.Ended : running.State };
    }

    private async Task<Outcome<KnownShadow>> FindOneAsync(AdminCall call, string id) =>
        Guid.TryParseExact(id, "D", out var guid)
        && (await register.ReadAsync(call.Cancelled)).FirstOrDefault(one => one.Shadow.Id == guid) is { } found
            ? found
            : AdminProblem.NotFound("shadow");

    private async Task<IReadOnlyDictionary<string, long>> PlacesAsync(CancellationToken cancellationToken)
    {
        var places = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var log in await trail.ListLogsAsync(cancellationToken))
        {
            places[log] = await trail.GetWatermarkAsync(log, cancellationToken);
        }

        return places;
    }

    private AdminProblem? Check(StartShadowBody body)
    {
        var now = time.GetUtcNow();
        if (options.Shadows.Most == 0)
        {
            return AdminProblem.Conflict("shadows-off", "This installation runs no shadows (PhiGateway:Admin:Shadows:Most is 0).");
        }

        if (body.Until is not { } until || until <= now || until > now.AddDays(ShadowRegister.MostDays))
        {
            return AdminProblem.Invalid(
                "/until",
                "out-of-range",
                string.Create(CultureInfo.InvariantCulture, $"Say when it ends: within {ShadowRegister.MostDays} days.")
            );
        }

        if (body.OneIn is < 1 or > MostOneIn)
        {
            return AdminProblem.Invalid("/one_in", "out-of-range", $"1 to {MostOneIn}.");
        }

        return ReasonBody.Require(body.Reason);
    }
}
