using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Declarative;

/// <summary>
/// Checks a registry file without a gateway: shape, shorthand, references, contradictions; used by <c>phigw validate</c>.
/// </summary>
public static class RegistryFileCheck
{
    /// <summary>Everything wrong with the file; empty when it could be applied to an empty registry.</summary>
    /// <param name="utf8">The file.</param>
    /// <param name="yaml">YAML rather than JSON.</param>
    /// <param name="now">The moment against which dates are judged.</param>
    public static IReadOnlyList<ProblemPointer> Run(ReadOnlySpan<byte> utf8, bool yaml, DateTimeOffset now)
    {
        if (
            RegistryFile.Read(utf8, yaml).Failed(out var problem, out var file)
            || FilePlanner.Plan(file, WorkingSet.Empty, "offline", prune: false).Failed(out problem, out var plan)
        )
        {
            return problem.Errors ?? [new ProblemPointer(string.Empty, problem.Code, problem.Detail ?? problem.Title)];
        }

        return
        [
            .. new PolicyRules(new AdminOptions(), new FixedTime(now))
                .Validate(WorkingSet.Empty, WorkingSet.Empty.After(plan.Writes, now, "offline"), plan.Writes)
                .Select(static found => new ProblemPointer("/" + found.Path, "contradiction", found.Message)),
        ];
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
