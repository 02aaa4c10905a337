using System.Globalization;

namespace PhiGateway.Console.Parts;

/// <summary>
/// Says which showing of a form was sent, so that it is taken once however often it is clicked; stands in every form whose step nothing else
/// keeps from being written twice.
/// </summary>
/// <remarks>It is no secret: what keeps other sites out is the token of the session's forms, beside which it stands.</remarks>
public sealed partial class OnceField
{
    /// <summary>Name of the field.</summary>
    internal const string Name = "_once";

    private static long _shown;

    // What was taken is known to the node that showed it alone, and for as long as it runs.
    private readonly string _token = Interlocked.Increment(ref _shown).ToString("x", CultureInfo.InvariantCulture);
}
