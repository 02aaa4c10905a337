using System.Collections.Frozen;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar;

/// <summary>One modelled operation at one set of types.</summary>
/// <param name="Types">Types it may be called on; all of them for operations of any resource.</param>
/// <param name="AtSystem">Callable at system level.</param>
/// <param name="AtType">Callable at type level.</param>
/// <param name="AtInstance">Callable at instance level.</param>
/// <param name="ByGet">Callable by GET.</param>
/// <param name="Returns">What it can bring back.</param>
/// <param name="Inputs">Input parameters and their types.</param>
internal sealed record OperationDefinition(
    ResourceTypeSet Types,
    bool AtSystem,
    bool AtType,
    bool AtInstance,
    bool ByGet,
    OperationResult Returns,
    FrozenDictionary<string, string> Inputs
);

/// <summary>What an operation can bring back, and so what else is asked for with it.</summary>
internal enum OperationResult : byte
{
    /// <summary>Terminology or conformance: nobody's data.</summary>
    Nothing = 0,
    Self,
    Search,
    Compartment,
    Any,
    Submission,
}
