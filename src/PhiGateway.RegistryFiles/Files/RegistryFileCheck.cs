using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.RegistryFiles.Files;

/// <summary>
/// Checks a registry file without a gateway: shape, shorthand, references, contradictions; used by <c>phigw validate</c>.
/// </summary>
public static class RegistryFileCheck
{
    /// <summary>Everything wrong with the file; empty when it could be applied to an empty registry.</summary>
    /// <param name="utf8">The file.</param>
    /// <param name="yaml">YAML rather than JSON.</param>
    /// <param name="now">The moment against which dates are judged.</param>
    /// <param name="knowsTokenParameter">Whether a type has a token search parameter of that name; null: every name is taken.</param>
    /// <param name="names">Names that the node's configuration gives; null: not told.</param>
    public static IReadOnlyList<ProblemPointer> Run(
        ReadOnlySpan<byte> utf8,
        bool yaml,
        DateTimeOffset now,
        NodeNames? names = null,
        Func<ResourceType, string, bool>? knowsTokenParameter = null
    )
    {
        if (
            RegistryFile.Read(utf8, yaml).Failed(out var refusal, out var file)
            || FilePlanner.Plan(file, WorkingSet.Empty, "offline", prune: false).Failed(out refusal, out var writes)
        )
        {
            return refusal.Findings;
        }

        var set = WorkingSet.Empty.After(writes, now, "offline");
        var entities = writes.Select(write => set.Find(write.Kind, write.Id)?.Entity).OfType<IRegistryEntity>().ToList();
        return
        [
            .. names is null ? [] : entities.SelectMany(names.Unknown),
            .. RegistryValidator
                .Validate(
                    entities,
                    static (_, _) => null,
                    knowsTokenParameter ?? (static (_, _) => true),
                    DateOnly.FromDateTime(now.UtcDateTime)
                )
                .Select(static found => new ProblemPointer("/" + found.Path, "contradiction", found.Message)),
        ];
    }
}
