/** The reading page: goes to the marked words, unless the address asks for a clause. */
const marked = document.getElementById('q')
if (marked && location.hash === '') marked.scrollIntoView({ block: 'center' })
