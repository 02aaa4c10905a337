namespace PhiGateway.Admin.Calls;

/// <summary>Makes an outcome of a value whose type is an interface, which C# does not convert by itself.</summary>
internal static class OutcomeOf
{
    public static Outcome<T> Of<T>(T value)
        where T : class => Outcome<T>.From(value);
}
