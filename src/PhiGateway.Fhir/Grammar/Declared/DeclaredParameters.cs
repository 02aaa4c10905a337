using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar.Declared;

/// <summary>
/// The search parameters and operations that a server has beside R4's, as its operator declares them (FHIR <c>SearchParameter</c> and
/// <c>OperationDefinition</c> resources); read once at start, immutable.
/// </summary>
/// <remarks>
/// They never take the place of R4's: requests are read by R4's grammar first, and a name that R4 has for a type cannot be declared for it.
/// </remarks>
public sealed class DeclaredParameters
{
    private readonly FrozenDictionary<string, SearchParameterDefinition>?[] _byType;

    private readonly FrozenDictionary<string, OperationDefinition[]> _operations;

    internal DeclaredParameters(
        IReadOnlyDictionary<ResourceType, Dictionary<string, SearchParameterDefinition>> byType,
        IReadOnlyDictionary<string, List<OperationDefinition>> operations
    )
    {
        _operations = operations.ToFrozenDictionary(static pair => pair.Key, static pair => pair.Value.ToArray(), StringComparer.Ordinal);
        _byType = new FrozenDictionary<string, SearchParameterDefinition>?[ResourceType.IndexCount];
        foreach (var (type, parameters) in byType)
        {
            _byType[type.Index] = parameters.ToFrozenDictionary(StringComparer.Ordinal);
        }
    }

    /// <summary>A server that has R4's parameters only.</summary>
    public static DeclaredParameters None { get; } =
        new(
            new Dictionary<ResourceType, Dictionary<string, SearchParameterDefinition>>(),
            new Dictionary<string, List<OperationDefinition>>()
        );

    /// <summary>The parameters of a type, by name.</summary>
    public IReadOnlyDictionary<string, SearchParameterDefinition> Of(ResourceType type) =>
        _byType[type.Index] ?? FrozenDictionary<string, SearchParameterDefinition>.Empty;

    /// <summary>Reads every file; null when a problem was added.</summary>
    public static DeclaredParameters? Read(IReadOnlyList<DeclaredFile> files, List<DeclaredProblem> problems)
    {
        var before = problems.Count;
        var reader = new DeclaredFileReader(problems);
        foreach (var file in files)
        {
            reader.Read(file);
        }

        if (problems.Count > before)
        {
            return null;
        }

        return files.Count == 0 ? None : new DeclaredParameters(reader.Found, reader.Operations);
    }

    /// <summary>Canonical address of an operation that was declared for a type; null when none was.</summary>
    public string? UrlOf(string operation, ResourceType type) =>
        _operations.TryGetValue(operation, out var known) ? Array.Find(known, one => one.Types.Contains(type))?.Url : null;

    internal bool TryFindOperation(string name, ResourceType type, bool isInstance, [NotNullWhen(true)] out OperationDefinition? operation)
    {
        operation = Array.Find(_operations.GetValueOrDefault(name, []), one => IsAt(one, type, isInstance));
        return operation is not null;
    }

    private static bool IsAt(OperationDefinition operation, ResourceType type, bool isInstance)
    {
        if (type.IsNone)
        {
            return operation.AtSystem;
        }

        return operation.Types.Contains(type) && (isInstance ? operation.AtInstance : operation.AtType);
    }

    internal bool TryFind(ResourceType type, string name, [NotNullWhen(true)] out SearchParameterDefinition? parameter)
    {
        parameter = null;
        return _byType[type.Index]?.TryGetValue(name, out parameter) == true;
    }
}
