using System.Text.Json;
using PhiGateway.Console.Http;

namespace PhiGateway.Console.Work;

/// <summary>What <see cref="LongWork"/> makes and keeps, and whose share of its places it takes.</summary>
/// <param name="What">What it is and who may see it.</param>
/// <param name="Person">Who asked; null: it is the same for all and takes nobody's share.</param>
/// <param name="IsEverybodys">Whether it is of a page that everybody looks at, and so in the room that no search can fill.</param>
/// <remarks>
/// Each screen says by a word of its own what it makes, and of which thing apart from it: a client and an organization may have the same id,
/// and an id may read like the end of a word.
/// </remarks>
internal readonly record struct WorkKey(string What, string? Person, bool IsEverybodys)
{
    /// <summary>The same for all who may see it.</summary>
    public static WorkKey OfAll(string what, params string[] of) => new(Joined([what, .. of]), null, true);

    /// <summary>Of the first screen, whose counts are each on record for who looks.</summary>
    public static WorkKey OfNow(ConsoleRequest request, string what, params string[] of) =>
        new(Own(request, what, of), request.Call.Person, true);

    /// <summary>What one person asked for, with filters of their own.</summary>
    public static WorkKey Of(ConsoleRequest request, string what, params string[] of) =>
        new(Own(request, what, of), request.Call.Person, false);

    private static string Own(ConsoleRequest request, string what, string[] of) => Joined([request.Session.FormToken, what, .. of]);

    // Written so that no two lists come to the same text.
    private static string Joined(string[] parts) => JsonSerializer.Serialize(parts);
}
