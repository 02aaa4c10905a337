using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.Pages.Search;

/// <summary>Bounds how many questions of live tails one person has open at a time: a few windows, not a flood.</summary>
/// <remarks>Thread-safe. It holds a person only while one of their questions is being answered.</remarks>
/// <param name="options">How many.</param>
internal sealed class TailPlaces(ConsoleOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <summary>A place, given back by disposing it; null: the person has as many as there are.</summary>
    public IDisposable? Take(string person)
    {
        lock (_gate)
        {
            var taken = _taken.GetValueOrDefault(person);
            if (taken >= options.TailsPerPerson)
            {
                options.Exhausted?.Invoke("tails");
                return null;
            }

            _taken[person] = taken + 1;
            return new Place(this, person);
        }
    }

    private void GiveBack(string person)
    {
        lock (_gate)
        {
            if (_taken[person] == 1)
            {
                _taken.Remove(person);
            }
            else
            {
                _taken[person]--;
            }
        }
    }

    private sealed class Place(TailPlaces places, string person) : IDisposable
    {
        private int _isBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isBack, 1) == 0)
            {
                places.GiveBack(person);
            }
        }
    }
}
